import { Agent, get } from 'node:http'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import type { Test } from 'tap'
import { fetchAnswer } from '../support/app.js'
import { Program } from '../support/process.js'
import type { ShutdownAppOptions } from './fixtures/shutdown-app.js'

/** On a busy machine each process takes seconds to start. */
t.setTimeout(600_000)

const FIXTURE = fileURLToPath(new URL('fixtures/shutdown-app.ts', import.meta.url))
const ENDED_WELL = { code: 0, signal: null, stderr: '' }

/** The interval between two observations of the app, in milliseconds. */
const STEP_MS = 20

function start (t: Test, options: ShutdownAppOptions, env: NodeJS.ProcessEnv = {}): Program {
  return new Program(t, FIXTURE, { ...env, APP: JSON.stringify(options) })
}

async function listening (app: Program, number = 1): Promise<string> {
  return await app.waitForLine(new RegExp(`^app ${number}: (.*)$`))
}

/** Sends a request over a new connection. Returns the status code and body, or the error code of the connection. */
async function outcomeOf (url: string): Promise<string> {
  try {
    const { status, text } = await fetchAnswer(url, { connection: 'close' })
    return `${status} ${text}`
  } catch (error) {
    return String((error as { cause?: { code?: string } }).cause?.code)
  }
}

/** Returns the outcomes of readiness, liveness and the app's own route at one moment. */
async function observe (url: string): Promise<readonly string[]> {
  const paths = ['/z/health/readiness', '/z/health/liveness', '/']
  return await Promise.all(paths.map(async (path) => await outcomeOf(url + path)))
}

const SERVING = ['200 {"status":"UP"}', '200 {"status":"UP"}', '200 at once']
const DRAINING = ['503 {"status":"OUT_OF_SERVICE"}', '200 {"status":"UP"}', '200 at once']
const GONE = ['ECONNREFUSED', 'ECONNREFUSED', 'ECONNREFUSED']

t.jobs = 2

await t.test('after SIGTERM an app is out of service but serves, then answers only open requests', async (t) => {
  const app = start(t, { shutdown: { delay: 4_000 } })
  const url = await listening(app)
  t.same(await observe(url), SERVING)
  const slow = outcomeOf(`${url}/very-slow`)
  await app.waitForLine(/^(very slowly)$/)
  app.kill('SIGTERM')
  await app.waitForLine(/(the app is out of service)/)

  const observed: (readonly string[])[] = []
  const signalled = performance.now()
  for (let step = 1; observed.at(-1)?.join() !== GONE.join(); step++) {
    observed.push(await observe(url))
    await sleep(signalled + step * STEP_MS - performance.now())
  }
  const draining = observed.filter((moment) => moment.join() === DRAINING.join())
  t.ok(draining.length > 5, `the app was draining in ${draining.length} of ${observed.length} observations`)
  t.same(observed.slice(0, draining.length), draining)
  // In the event-loop turn of the close, Fastify may still answer an open connection, with 503.
  const closing = observed.slice(draining.length, -1)
  t.ok(closing.length <= 1, `between draining and gone: ${JSON.stringify(closing)}`)
  t.equal(await slow, '200 very slowly')
  t.same(await app.ending, ENDED_WELL)
})

await t.test('without a delay open requests are answered, and idle connections do not delay the exit', async (t) => {
  const app = start(t, { shutdown: true })
  const url = await listening(app)
  const agent = new Agent({ keepAlive: true })
  t.teardown(() => agent.destroy())
  const silent = connect(Number(new URL(url).port), '127.0.0.1').on('error', () => undefined)
  t.teardown(() => silent.destroy())
  const answer = async (path: string): Promise<number> => await new Promise((resolve, reject) => {
    get(url + path, { agent }, (response) => {
      let size = 0
      response.on('data', (chunk: Buffer) => {
        size += chunk.length
        // Read slowly: Node treats a connection as idle once its response has ended, and would cut it off.
        response.pause()
        setTimeout(() => response.resume(), 2)
      }).on('end', () => resolve(size)).on('error', reject)
    }).on('error', reject)
  })
  t.equal(await answer('/'), 'at once'.length)
  const slow = answer('/slow')
  await app.waitForLine(/^(slowly)$/)
  const large = answer('/large')
  await app.waitForLine(/"url":"\/(large)"/)
  app.kill('SIGTERM')
  t.equal(await slow, 'slowly'.length)
  t.equal(await large, 20_000_000)
  t.same(await app.ending, ENDED_WELL)
})

await t.test('the delay is 5 s by default in Kubernetes', async (t) => {
  const app = start(t, { shutdown: true }, { KUBERNETES_SERVICE_HOST: '10.96.0.1' })
  await listening(app)
  app.kill('SIGTERM')
  await app.waitForLine(/(SIGTERM: the app is out of service, and closes in 5000 ms)/)
  app.kill('SIGTERM')
  t.same(await app.ending, ENDED_WELL)
})

await t.test('a second signal ends the delay, and open requests are answered', async (t) => {
  const app = start(t, { shutdown: { delay: 600_000 } })
  const url = await listening(app)
  const slow = outcomeOf(`${url}/slow`)
  await app.waitForLine(/^(slowly)$/)
  app.kill('SIGTERM')
  await app.waitForLine(/(the app is out of service)/)
  app.kill('SIGINT')
  t.equal(await slow, '200 slowly')
  t.same(await app.ending, ENDED_WELL)
})

await t.test('a third signal exits at once with 1', async (t) => {
  const app = start(t, { shutdown: { delay: 600_000 }, trouble: 'close hangs' })
  await listening(app)
  const steps = [
    ['SIGTERM', /(out of service)/],
    ['SIGINT', /(second signal)/],
    ['SIGTERM', /(third signal)/]
  ] as const
  for (const [signal, line] of steps) {
    app.kill(signal)
    await app.waitForLine(line)
  }
  t.same(await app.ending, { ...ENDED_WELL, code: 1 })
})

await t.test('a signal before the app listens has Node\'s default effect', async (t) => {
  const app = start(t, { shutdown: true, trouble: 'start hangs' })
  await app.waitForLine(/^(starting)$/)
  app.kill('SIGTERM')
  t.same(await app.ending, { code: null, signal: 'SIGTERM', stderr: '' })
})

await t.test('the process exits with 1 when the close exceeds the timeout, which starts after the delay', async (t) => {
  const app = start(t, { shutdown: { delay: 4_000, timeout: 50 }, trouble: 'close hangs' })
  const url = await listening(app)
  app.kill('SIGTERM')
  await app.waitForLine(/(out of service)/)
  await sleep(100)
  t.equal(await outcomeOf(url), '200 at once')
  await app.waitForLine(/(the app has not closed within 50 ms)/)
  t.same(await app.ending, { ...ENDED_WELL, code: 1 })
})

await t.test('a check that hangs does not delay the exit', async (t) => {
  const app = start(t, { shutdown: { delay: 300 }, trouble: 'check hangs' })
  const url = await listening(app)
  t.same((await observe(url)).slice(0, 2), ['503 {"status":"DOWN"}', '503 {"status":"DOWN"}'])
  app.kill('SIGTERM')
  t.same(await app.ending, ENDED_WELL)
})

await t.test('the process exits with 1 and logs the error when an onClose hook rejects', async (t) => {
  const app = start(t, { shutdown: true, trouble: 'close rejects' })
  await listening(app)
  app.kill('SIGTERM')
  await app.waitForLine(/"message":"(the pool is gone)".*"msg":"the app failed to close"/)
  t.same(await app.ending, { ...ENDED_WELL, code: 1 })
})

await t.test('Node exits with 1 after an uncaught exception when an onClose hook throws', async (t) => {
  const app = start(t, { shutdown: true, trouble: 'close throws' })
  await listening(app)
  app.kill('SIGTERM')
  t.match(await app.ending, { code: 1, signal: null, stderr: /Error: the pool is gone/ })
})

await t.test('each app of a process drains once before the process exits', async (t) => {
  const app = start(t, { shutdown: { delay: 4_000 }, apps: 2 })
  const [first, second] = await Promise.all([listening(app, 1), listening(app, 2)])
  app.kill('SIGTERM')
  await app.waitForLine(/(out of service)/)
  t.same(await Promise.all([observe(first), observe(second)]), [DRAINING, DRAINING])
  t.same(await app.ending, ENDED_WELL)
  const drained = app.lines.filter((line) => line.includes('the app is out of service'))
  t.same(drained.map((line) => (JSON.parse(line) as { app: number }).app).sort(), [1, 2])
})

await t.test('the process exits with the process.exitCode that the app has set', async (t) => {
  const app = start(t, { shutdown: true, exitCode: 7 })
  await listening(app)
  app.kill('SIGTERM')
  t.same(await app.ending, { ...ENDED_WELL, code: 7 })
})

await t.test('a signal that the option does not list has Node\'s default effect', async (t) => {
  const app = start(t, { shutdown: { signals: ['SIGHUP'] } })
  await listening(app)
  app.kill('SIGTERM')
  t.same(await app.ending, { code: null, signal: 'SIGTERM', stderr: '' })
})

await t.test('SIGTERM has Node\'s default effect without the option', async (t) => {
  const app = start(t, { shutdown: false })
  await listening(app)
  app.kill('SIGTERM')
  t.same(await app.ending, { code: null, signal: 'SIGTERM', stderr: '' })
})
