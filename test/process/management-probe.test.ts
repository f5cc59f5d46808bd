import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { RequestListener } from 'node:http'
import t from 'tap'
import { listen, refusingPort } from '../support/loopback.js'
import { Program } from '../support/process.js'

type Test = Pick<typeof t, 'teardown'>

const COMMAND = 'lib/probe/management-probe.ts'

const USAGE = 'usage: management-probe [--watch] URL... [--json] [--timeout MS] [--interval MS] [--unix-socket PATH]'

/** Long enough for a slow machine. */
const LONG_TIMEOUT = ['--timeout', '30000']

function start (test: Test, ...args: readonly string[]): Program {
  return new Program(test, COMMAND, {}, args)
}

async function startServer (test: Test, listener: RequestListener): Promise<string> {
  return `http://127.0.0.1:${await listen(test, createServer(listener))}/z/health/liveness`
}

await t.test('management-probe exits with 1 and prints the reason when the connection is refused', async (t) => {
  const port = await refusingPort()
  const { code, signal, stderr } = await start(t, `http://127.0.0.1:${port}/z`, ...LONG_TIMEOUT).ending
  const expected = `management-probe: GET http://127.0.0.1:${port}/z failed: connect ECONNREFUSED 127.0.0.1:${port}\n`
  t.same({ code, signal, stderr }, { code: 1, signal: null, stderr: expected })
})

await t.test('management-probe exits with 1 after the timeout when the answer or its body hangs', async (t) => {
  const silent = await startServer(t, () => undefined)
  t.match(await start(t, silent, '--timeout', '300').ending, { code: 1, stderr: /failed: no answer within 300 ms\n$/ })
  const unending = await startServer(t, (_request, response) => { response.write('{ "status": "U') })
  const stderr = /failed: answered 200, but its body did not end within 2000 ms: \{ "status":…\n$/
  t.match(await start(t, unending, '--timeout=2000').ending, { code: 1, stderr })
})

await t.test('management-probe exits with 1 and prints the answer when the status code is 503', async (t) => {
  const url = await startServer(t, (_request, response) => response.writeHead(503).end('{"status":"DOWN"}'))
  const stderr = `management-probe: GET ${url} failed: answered 503, expected 200 to 399: {"status":"DOWN"}\n`
  t.match(await start(t, url, ...LONG_TIMEOUT).ending, { code: 1, stderr })
})

await t.test('management-probe exits with 1 and prints the usage when arguments are missing', async (t) => {
  const stderr = `management-probe: expected a URL, got none\n${USAGE}\n`
  t.same(await start(t).ending, { code: 1, signal: null, stderr })
})

await t.test('management-probe exits with 0 and prints the body when the status code is 200', async (t) => {
  const url = await startServer(t, (_request, response) => response.end('{"status":"UP"}'))
  const command = start(t, url, ...LONG_TIMEOUT)
  t.equal(await command.waitForLine(), '{"status":"UP"}')
  t.same(await command.ending, { code: 0, signal: null, stderr: '' })
})

await t.test('management-probe ignores a proxy in the environment', async (t) => {
  const proxy = `http://127.0.0.1:${await refusingPort()}`
  const url = await startServer(t, (_request, response) => response.end())
  const env = { NODE_USE_ENV_PROXY: '1', HTTP_PROXY: proxy, http_proxy: proxy, NO_PROXY: '', no_proxy: '' }
  t.match(await new Program(t, COMMAND, env, [url, ...LONG_TIMEOUT]).ending, { code: 0 })
})

await t.test('management-probe exits with 0 when the body never ends', async (t) => {
  const url = await startServer(t, (_request, response) => {
    const pour = (): void => { while (response.write('x'.repeat(1_000))); }
    response.on('drain', pour)
    pour()
  })
  const command = start(t, url, ...LONG_TIMEOUT)
  t.match(await command.waitForLine(), /^x{2000}…$/)
  t.match(await command.ending, { code: 0, stderr: '' })
})

await t.test('management-probe exits with the exit code of the probe when the output is closed', async (t) => {
  const url = await startServer(t, (_request, response) => response.end('{"status":"UP"}'))
  const { NODE_V8_COVERAGE: _coverage, ...env } = process.env
  const args = ['--import', 'tsx', COMMAND, url, ...LONG_TIMEOUT]
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'] })
  t.teardown(() => child.kill('SIGKILL'))
  child.stdout.destroy()
  child.stderr.destroy()
  t.same(await once(child, 'exit'), [0, null])
})

await t.test('management-probe exits with 0 and prints the usage for --help', async (t) => {
  const command = start(t, '--help')
  t.equal(await command.waitForLine(), USAGE)
  t.match(await command.ending, { code: 0, stderr: '' })
})
