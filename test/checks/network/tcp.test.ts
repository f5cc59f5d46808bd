import { createServer } from 'node:net'
import t from 'tap'
import { tcp } from '../../../lib/checks/network/tcp.js'
import type { TcpOptions } from '../../../lib/checks/network/tcp.js'
import type { RunResult } from '../../../lib/health/check/result.js'
import { run } from '../../support/check.js'
import { blackHole, listen, refusingPort } from '../../support/loopback.js'

async function runTcp (options: TcpOptions, timeout?: number): Promise<RunResult> {
  return await run(tcp(options), timeout)
}

await t.test('tcp() is DOWN with the error code when nothing listens on the port', async (t) => {
  const port = await refusingPort()
  t.match(await runTcp({ host: '127.0.0.1', port }), {
    status: 'DOWN',
    details: { error: `connect ECONNREFUSED 127.0.0.1:${port}`, host: '127.0.0.1', port }
  })
})

await t.test('tcp() is DOWN before the timeout when the port neither accepts nor refuses', async (t) => {
  const port = await blackHole(t)
  t.match(await runTcp({ host: '127.0.0.1', port }, 200), {
    status: 'DOWN',
    details: { error: 'no answer within 180 ms', host: '127.0.0.1', port }
  })
})

await t.test('tcp() is DOWN with the reason when the host name is unknown', async (t) => {
  t.match(await runTcp({ host: 'nowhere.invalid', port: 80 }), {
    status: 'DOWN',
    details: { error: /nowhere\.invalid/ }
  })
})

await t.test('tcp() is UP with the address and latency, and closes the connection without sending data', async (t) => {
  let received: Promise<string> | undefined
  const server = createServer((socket) => {
    received = new Promise((resolve) => {
      let text = ''
      socket.on('data', (chunk) => { text += String(chunk) })
      socket.on('close', () => resolve(text)).on('error', () => undefined)
    })
  })
  const port = await listen(t, server)
  t.match(await runTcp({ host: 'localhost', port }), {
    status: 'UP',
    details: { host: 'localhost', port, address: '127.0.0.1', latencyMs: Number }
  })
  t.equal(await received, '')
})

await t.test('tcp() throws when an option is missing, wrong or unknown', (t) => {
  const cases: readonly [Record<string, unknown>, RegExp][] = [
    [{ port: 80 }, /option "tcp\.host" must be a string that is not empty, got undefined/],
    [{ host: ' ', port: 80 }, /option "tcp\.host"/],
    [{ host: 'h' }, /option "tcp\.port" must be a whole number from 1 to 65535, got undefined/],
    [{ host: 'h', port: 0 }, /option "tcp\.port"/],
    [{ host: 'h', port: '80' }, /option "tcp\.port"/],
    [{ host: 'h', port: 80, timeout: 1 }, /unknown option "tcp\(\)\.timeout" .*, expected one of host, port/]
  ]
  for (const [options, message] of cases) {
    const make = (): unknown => Reflect.apply(tcp, undefined, [options])
    t.throws(make, { code: 'FST_MANAGEMENT_OPTION_INVALID', message }, JSON.stringify(options))
  }
  t.end()
})
