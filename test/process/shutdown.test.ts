import { Agent, get } from 'node:http'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import type { Test } from 'tap'
import { fetchAnswer } from '../support/app.js'
import { Program } from '../support/process.js'
import type { ShutdownAppOptions } from './fixtures/shutdown-app.js'

/** On a busy machine each of the processes takes seconds to start. */
t.setTimeout(600_000)

const FIXTURE = fileURLToPath(new URL('fixtures/shutdown-app.ts', import.meta.url))
const ENDED_WELL = { code: 0, signal: null, stderr: '' }

/** A step of what is seen from outside, in milliseconds. */
const STEP_MS = 20

function start (t: Test, options: ShutdownAppOptions, env: NodeJS.ProcessEnv = {}): Program {
  return new Program(t, FIXTURE, { ...env, APP: JSON.stringify(options) })
}

async function listening (app: Program, number = 1): Promise<string> {
  return await app.waitForLine(new RegExp(`^app ${number}: (.*)$`))
}

/** What one request comes to: a status code with the body, or why there is none. Each has a connection of its own. */
async function see (url: string): Promise<string> {
  try {
    const { status, text } = await fetchAnswer(url, { connection: 'close' })
    return `${status} ${text}`
  } catch (error) {
    return String((error as { cause?: { code?: string } }).cause?.code)
  }
}

/** What can be seen of an app at one moment. */
async function look (url: string): Promise<readonly string[]> {
  return await Promise.all(['/z/health/readiness', '/z/health/liveness', '/'].map(async (path) => await see(url + path)))
}

const SERVING = ['200 {"status":"UP"}', '200 {"status":"UP"}', '200 at once']
const DRAINING = ['503 {"status":"OUT_OF_SERVICE"}', '200 {"status":"UP"}', '200 at once']
const GONE = ['ECONNREFUSED', 'ECONNREFUSED', 'ECONNREFUSED']

t.jobs = 2

await t.test('seen from outside: out of service while all else goes on, then refused, and what was under way is answered', async (t) => {
  const app = start(t, { shutdown: { delay: 4_000 } })
  const url = await listening(app)
  t.same(await look(url), SERVING)
  const slow = see(`${url}/very-slow`)
  await app.waitForLine(/^(very slowly)$/)
  app.kill('SIGTERM')
  await app.waitForLine(/(the app is out of service)/)

  const seen: (readonly string[])[] = []
  const signalled = performance.now()
  for (let step = 1; seen.at(-1)?.join() !== GONE.join(); step++) {
    seen.push(await look(url))
    await sleep(signalled + step * STEP_MS - performance.now())
  }
  const draining = seen.filter((moment) => moment.join() === DRAINING.join())
  t.ok(draining.length > 5, `it was draining at ${draining.length} of ${seen.length} moments`)
  t.same(seen.slice(0, draining.length), draining)
  // In the turn in which it closes, Fastify may still answer a connection that it has, and with 503.
  const closing = seen.slice(draining.length, -1)
  t.ok(closing.length <= 1, `between the two: ${JSON.stringify(closing)}`)
  t.equal(await slow, '200 very slowly')
  t.same(await app.ending, ENDED_WELL)
})

await t.test('without a delay what is under way is answered, and connections that are kept do not keep it', async (t) => {
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
        // Read slowly: Node takes a connection for idle once an answer is ended, and would cut it off.
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

await t.test('in Kubernetes the delay is there by default', async (t) => {
  const app = start(t, { shutdown: true }, { KUBERNETES_SERVICE_HOST: '10.96.0.1' })
  await listening(app)
  app.kill('SIGTERM')
  await app.waitForLine(/(SIGTERM: the app is out of service, and closes in 5000 ms)/)
  app.kill('SIGTERM')
  t.same(await app.ending, ENDED_WELL)
})

await t.test('a second signal ends the delay, and what is under way is answered', async (t) => {
  const app = start(t, { shutdown: { delay: 600_000 } })
  const url = await listening(app)
  const slow = see(`${url}/slow`)
  await app.waitForLine(/^(slowly)$/)
  app.kill('SIGTERM')
  await app.waitForLine(/(the app is out of service)/)
  app.kill('SIGINT')
  t.equal(await slow, '200 slowly')
  t.same(await app.ending, ENDED_WELL)
})

await t.test('a third signal exits with 1, whatever is under way', async (t) => {
  const app = start(t, { shutdown: { delay: 600_000 }, trouble: 'close hangs' })
  await listening(app)
  for (const [signal, said] of [['SIGTERM', /(out of service)/], ['SIGINT', /(second signal)/], ['SIGTERM', /(third signal)/]] as const) {
    app.kill(signal)
    await app.waitForLine(said)
  }
  t.same(await app.ending, { ...ENDED_WELL, code: 1 })
})

await t.test('a signal while the app starts ends the process as Node does', async (t) => {
  const app = start(t, { shutdown: true, trouble: 'start hangs' })
  await app.waitForLine(/^(starting)$/)
  app.kill('SIGTERM')
  t.same(await app.ending, { code: null, signal: 'SIGTERM', stderr: '' })
})

await t.test('a close that takes longer than the timeout exits with 1, and a delay that is longer is not cut', async (t) => {
  const app = start(t, { shutdown: { delay: 4_000, timeout: 50 }, trouble: 'close hangs' })
  const url = await listening(app)
  app.kill('SIGTERM')
  await app.waitForLine(/(out of service)/)
  await sleep(100)
  t.equal(await see(url), '200 at once')
  await app.waitForLine(/(the app has not closed within 50 ms)/)
  t.same(await app.ending, { ...ENDED_WELL, code: 1 })
})

await t.test('a check that hangs is no obstacle', async (t) => {
  const app = start(t, { shutdown: { delay: 300 }, trouble: 'check hangs' })
  const url = await listening(app)
  t.same((await look(url)).slice(0, 2), ['503 {"status":"DOWN"}', '503 {"status":"DOWN"}'])
  app.kill('SIGTERM')
  t.same(await app.ending, ENDED_WELL)
})

await t.test('an onClose hook that rejects exits with 1, and is logged', async (t) => {
  const app = start(t, { shutdown: true, trouble: 'close rejects' })
  await listening(app)
  app.kill('SIGTERM')
  await app.waitForLine(/"message":"(the pool is gone)".*"msg":"the app failed to close"/)
  t.same(await app.ending, { ...ENDED_WELL, code: 1 })
})

await t.test('an onClose hook that throws is an uncaught exception, with which Node exits with 1', async (t) => {
  const app = start(t, { shutdown: true, trouble: 'close throws' })
  await listening(app)
  app.kill('SIGTERM')
  t.match(await app.ending, { code: 1, signal: null, stderr: /Error: the pool is gone/ })
})

await t.test('all apps of a process drain once before it exits', async (t) => {
  const app = start(t, { shutdown: { delay: 4_000 }, apps: 2 })
  const [first, second] = await Promise.all([listening(app, 1), listening(app, 2)])
  app.kill('SIGTERM')
  await app.waitForLine(/(out of service)/)
  t.same(await Promise.all([look(first), look(second)]), [DRAINING, DRAINING])
  t.same(await app.ending, ENDED_WELL)
  const drained = app.lines.filter((line) => line.includes('the app is out of service'))
  t.same(drained.map((line) => (JSON.parse(line) as { app: number }).app).sort(), [1, 2])
})

await t.test('the code that an app has set for the end of the process is kept', async (t) => {
  const app = start(t, { shutdown: true, exitCode: 7 })
  await listening(app)
  app.kill('SIGTERM')
  t.same(await app.ending, { ...ENDED_WELL, code: 7 })
})

await t.test('only the signals of the option are hooked', async (t) => {
  const app = start(t, { shutdown: { signals: ['SIGHUP'] } })
  await listening(app)
  app.kill('SIGTERM')
  t.same(await app.ending, { code: null, signal: 'SIGTERM', stderr: '' })
})

await t.test('without the option none is', async (t) => {
  const app = start(t, { shutdown: false })
  await listening(app)
  app.kill('SIGTERM')
  t.same(await app.ending, { code: null, signal: 'SIGTERM', stderr: '' })
})
