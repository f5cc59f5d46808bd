import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { fetchAnswer } from '../support/app.js'
import { Program } from '../support/process.js'
import { processTree, signalAll } from '../support/servers/process-tree.js'
import type { ShutdownAppOptions } from './fixtures/shutdown-app.js'

const CLI = fileURLToPath(new URL('../../node_modules/fastify-cli/cli.js', import.meta.url))
const PLUGIN = fileURLToPath(new URL('fixtures/shutdown-plugin.ts', import.meta.url))
const CLUSTER = fileURLToPath(new URL('fixtures/shutdown-cluster.ts', import.meta.url))
const APP = new URL('fixtures/shutdown-app.ts', import.meta.url)
const ENDED_WELL = { code: 0, signal: null, stderr: '' }
const ALONE = { connection: 'close' }

/** Starts the app under fastify-cli. With `PORT=0` the system chooses the port; `--port 0` would mean 3000. */
function cli (test: Pick<typeof t, 'teardown'>, delayMs: number, ...args: string[]): Program {
  const env = { PORT: '0', DELAY_MS: String(delayMs) }
  return new Program(test, CLI, env, ['start', '--address', '127.0.0.1', '--log-level', 'info', ...args, PLUGIN])
}

t.jobs = 2

await t.test('the close by `fastify start` at the same signal waits for the delay', async (t) => {
  const app = cli(t, 6_000, '--close-grace-delay', '60000')
  const url = await app.waitForLine(/"msg":"Server listening at (http:[^"]+)"/)
  app.kill('SIGTERM')
  await app.waitForLine(/(the app is out of service)/)
  t.match(await fetchAnswer(`${url}/z/health/readiness`, ALONE), { status: 503, text: '{"status":"OUT_OF_SERVICE"}' })
  t.match(await fetchAnswer(`${url}/z/health/liveness`, ALONE), { status: 200 })
  t.match(await fetchAnswer(url, ALONE), { status: 200, text: 'at once' })
  t.same(await app.ending, ENDED_WELL)
})

await t.test('`fastify start` ends the process with 1 when its grace delay is shorter than the delay', async (t) => {
  const app = cli(t, 600_000, '--close-grace-delay', '100')
  await app.waitForLine(/"msg":"(Server listening)/)
  app.kill('SIGTERM')
  t.match(await app.ending, { code: 1, signal: null, stderr: /killed by timeout \(100ms\)/ })
})

await t.test('a cluster worker shuts down while the other worker serves all requests', async (t) => {
  const cluster = new Program(t, CLUSTER)
  const line = /^(worker \d+: .*)$/
  const lines = [await cluster.waitForLine(line), await cluster.waitForLine(line)]
  const [first, second] = lines.map((worker) => /^worker (\d+): (.*)$/.exec(worker)?.slice(1) ?? [])
  const [pid = '', url = ''] = first ?? []
  const ended = cluster.waitForLine(new RegExp(`^ended ${pid}: (.*)$`))
  const rolling = new AbortController()
  const stop = (): void => rolling.abort()
  void ended.then(stop, stop)

  process.kill(Number(pid), 'SIGTERM')
  const answers: number[] = []
  const servers = new Set<string>()
  while (!rolling.signal.aborted) {
    const { status, text } = await fetchAnswer(url, ALONE)
    answers.push(status)
    servers.add(text)
  }
  t.equal(await ended, '0')
  t.same(answers.filter((status) => status !== 200), [], `of ${answers.length}`)
  t.same([...servers].sort(), [pid, second?.[0]].sort(), 'the draining worker served requests too')
  t.match(await fetchAnswer(url, ALONE), { status: 200, text: second?.[0] })

  cluster.kill('SIGTERM')
  t.equal(await cluster.waitForLine(new RegExp(`^ended ${second?.[0] ?? ''}: (.*)$`)), '0')
  t.same(await cluster.ending, ENDED_WELL)
})

await t.test('an app under `node --watch` shuts down at each change and at the end', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'fastify-management-endpoints-watch-'))
  t.teardown(async () => await rm(folder, { recursive: true }))
  const file = join(folder, 'app.mjs')
  await writeFile(file, `await import(${JSON.stringify(APP.href)})`)
  const options: ShutdownAppOptions = { shutdown: { delay: 100 } }
  const app = new Program(t, '--watch', { APP: JSON.stringify(options) }, [file])
  // Killing the watcher does not kill the app that it started.
  t.teardown(() => signalAll(processTree(app.pid), 'SIGKILL'))

  await app.waitForLine(/^app 1: (.*)$/)
  const change = new Date()
  await utimes(file, change, change)
  await app.waitForLine(/(SIGTERM: the app is out of service)/)
  await app.waitForLine(/^app 1: (.*)$/)
  app.kill('SIGTERM')
  await app.waitForLine(/(SIGTERM: the app is out of service)/)
  t.match(await app.ending, { signal: null })
})
