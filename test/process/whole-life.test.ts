import { fileURLToPath } from 'node:url'
import t from 'tap'
import type { Test } from 'tap'
import { fetchAnswer } from '../support/app.js'
import type { Answer } from '../support/app.js'
import { Kubelet } from '../support/kubelet.js'
import type { Probes } from '../support/kubelet.js'
import { Program } from '../support/process.js'
import { freePort } from '../support/servers/free-port.js'

const APP = fileURLToPath(new URL('fixtures/whole-life-app.ts', import.meta.url))

/** Probes as in a Deployment, but ten times as fast. */
const PROBES: Probes = {
  startup: { path: '/z/health/startup', periodMs: 200, failureThreshold: 300 },
  liveness: { path: '/z/health/liveness', periodMs: 200, failureThreshold: 3 },
  readiness: { path: '/z/health/readiness', periodMs: 100, failureThreshold: 2 }
}

/** The limit for the first event, in milliseconds. On a busy machine a process takes seconds to start. */
const START_LIMIT_MS = 240_000

interface Pod {
  readonly app: Program
  readonly kubelet: Kubelet
  readonly url: string
}

/** Starts the app and the kubelet at the same time. The first probes arrive before the app listens. */
async function start (t: Test): Promise<Pod> {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const app = new Program(t, APP, { LIFE_PORT: String(port) })
  return { app, url, kubelet: new Kubelet(t, url, PROBES) }
}

async function get ({ url }: Pod, path: string): Promise<Answer> {
  return await fetchAnswer(url + path, { connection: 'close' })
}

async function post ({ url }: Pod, path: string): Promise<void> {
  await fetchAnswer(url + path, { connection: 'close' }, 'POST')
}

/** Returns the probes that the app has received, in order. */
async function receivedProbes (pod: Pod): Promise<readonly string[]> {
  const { body } = await get(pod, '/probes')
  return (body as readonly string[]).map((path) => path.replace('/z/health/', ''))
}

/** Waits until the app has received this number of further liveness probes. */
async function waitForLiveness (pod: Pod, times: number): Promise<void> {
  const count = async (): Promise<number> => (await receivedProbes(pod)).filter((probe) => probe === 'liveness').length
  const before = await count()
  while (await count() < before + times) await new Promise((resolve) => setTimeout(resolve, 50))
}

await t.test('an app with a slow start and a failing database is not restarted, and ends at SIGTERM', async (t) => {
  const pod = await start(t)
  const { app, kubelet } = pod
  t.match(await kubelet.waitFor('started', START_LIMIT_MS), { reason: 'answered 200' })
  await kubelet.waitFor('ready')
  const beginning = await receivedProbes(pod)
  t.same(beginning.slice(0, 6), Array(6).fill('startup'), 'only startup is probed until it passes')
  t.notOk(beginning.slice(6).includes('startup'), 'startup is not probed after it passed')

  await post(pod, '/lose')
  t.match(await kubelet.waitFor('unready'), { reason: 'answered 503, expected 200 to 399' })
  await post(pod, '/hang')
  await waitForLiveness(pod, 5)
  t.same(kubelet.events, ['started', 'ready', 'unready'], 'a lost database does not restart the app')
  await post(pod, '/mend')
  await kubelet.waitFor('ready')
  await post(pod, '/hang')
  const unready = await kubelet.waitFor('unready')
  t.match(unready, { reason: 'answered 503, expected 200 to 399' }, 'in time although the database hangs')
  await post(pod, '/mend')
  await kubelet.waitFor('ready')

  kubelet.terminate()
  app.kill('SIGTERM')
  await kubelet.waitFor('unready')
  t.match(await get(pod, '/books'), { status: 200, body: ['Momo'] }, 'the app still answers requests')
  t.match(await get(pod, '/z/health/liveness'), { status: 200 })
  t.same(await app.ending, { code: 0, signal: null, stderr: '' })
  t.same(kubelet.events, ['started', 'ready', 'unready', 'ready', 'unready', 'ready', 'unready'])
})

await t.test('the kubelet restarts an app after markBroken()', async (t) => {
  const pod = await start(t)
  await pod.kubelet.waitFor('ready', START_LIMIT_MS)
  await post(pod, '/break')
  t.match(await pod.kubelet.waitFor('restart'), { reason: 'liveness: answered 503, expected 200 to 399' })
  t.ok(pod.kubelet.events.includes('unready'), 'the app is unready before the restart')
})

await t.test('the kubelet restarts an app whose event loop is blocked forever', async (t) => {
  const pod = await start(t)
  await pod.kubelet.waitFor('ready', START_LIMIT_MS)
  await post(pod, '/block')
  t.match(await pod.kubelet.waitFor('restart'), { reason: 'liveness: no answer within 1000 ms' })
})
