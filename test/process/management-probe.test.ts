import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { RequestListener } from 'node:http'
import t from 'tap'
import { listen, refusingPort } from '../support/loopback.js'
import { Program } from '../support/process.js'

type Test = Pick<typeof t, 'teardown'>

const COMMAND = 'lib/probe/management-probe.ts'

/** Time enough for any machine. */
const PATIENT = ['--timeout', '30000']

function start (test: Test, ...args: readonly string[]): Program {
  return new Program(test, COMMAND, {}, args)
}

async function startServer (test: Test, listener: RequestListener): Promise<string> {
  return `http://127.0.0.1:${await listen(test, createServer(listener))}/z/health/liveness`
}

await t.test('a server that is not there: it exits with 1, and says why', async (t) => {
  const port = await refusingPort()
  const { code, signal, stderr } = await start(t, `http://127.0.0.1:${port}/z`, ...PATIENT).ending
  t.same({ code, signal, stderr }, { code: 1, signal: null, stderr: `management-probe: GET http://127.0.0.1:${port}/z failed: connect ECONNREFUSED 127.0.0.1:${port}\n` })
})

await t.test('a server that hangs, before its answer or in it: it exits with 1 once the time is over', async (t) => {
  const silent = await startServer(t, () => undefined)
  t.match(await start(t, silent, '--timeout', '300').ending, { code: 1, stderr: /failed: no answer within 300 ms\n$/ })
  const unending = await startServer(t, (_request, response) => { response.write('{') })
  t.match(await start(t, unending, '--timeout=2000').ending, { code: 1, stderr: /failed: answered 200, but its body did not end within 2000 ms: \{\n$/ })
})

await t.test('an answer of 503: it exits with 1, and says what was answered', async (t) => {
  const url = await startServer(t, (_request, response) => response.writeHead(503).end('{"status":"DOWN"}'))
  t.match(await start(t, url, ...PATIENT).ending, { code: 1, stderr: `management-probe: GET ${url} failed: answered 503, expected 200 to 399: {"status":"DOWN"}\n` })
})

await t.test('wrong usage: it exits with 1, and says how it is used', async (t) => {
  t.same(await start(t).ending, { code: 1, signal: null, stderr: 'management-probe: expected a URL, got none\nusage: management-probe URL [--timeout MS]\n' })
})

await t.test('an answer of 200: it exits with 0, and prints the body', async (t) => {
  const command = start(t, await startServer(t, (_request, response) => response.end('{"status":"UP"}')), ...PATIENT)
  t.equal(await command.waitForLine(), '{"status":"UP"}')
  t.same(await command.ending, { code: 0, signal: null, stderr: '' })
})

await t.test('a proxy in the environment: it is not asked', async (t) => {
  const proxy = `http://127.0.0.1:${await refusingPort()}`
  const url = await startServer(t, (_request, response) => response.end())
  const env = { NODE_USE_ENV_PROXY: '1', HTTP_PROXY: proxy, http_proxy: proxy, NO_PROXY: '', no_proxy: '' }
  t.match(await new Program(t, COMMAND, env, [url, ...PATIENT]).ending, { code: 0 })
})

await t.test('an answer without end: it exits with 0', async (t) => {
  const url = await startServer(t, (_request, response) => {
    const pour = (): void => { while (response.write('x'.repeat(1_000))); }
    response.on('drain', pour)
    pour()
  })
  const command = start(t, url, ...PATIENT)
  t.match(await command.waitForLine(), /^x{2000}…$/)
  t.match(await command.ending, { code: 0, stderr: '' })
})

await t.test('an output that is closed: it exits with what the probe came to', async (t) => {
  const url = await startServer(t, (_request, response) => response.end('{"status":"UP"}'))
  const { NODE_V8_COVERAGE: _coverage, ...env } = process.env
  const child = spawn(process.execPath, ['--import', 'tsx', COMMAND, url, ...PATIENT], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  child.stdout.destroy()
  child.stderr.destroy()
  t.same(await once(child, 'exit'), [0, null])
})

await t.test('--help: it exits with 0, and prints how it is used', async (t) => {
  const command = start(t, '--help')
  t.equal(await command.waitForLine(), 'usage: management-probe URL [--timeout MS]')
  t.match(await command.ending, { code: 0, stderr: '' })
})
