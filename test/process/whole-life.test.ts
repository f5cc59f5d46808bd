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

/** As in a Deployment, with seconds that are tenths. */
const PROBES: Probes = {
  startup: { path: '/z/health/startup', periodMs: 200, failureThreshold: 300 },
  liveness: { path: '/z/health/liveness', periodMs: 200, failureThreshold: 3 },
  readiness: { path: '/z/health/readiness', periodMs: 100, failureThreshold: 2 }
}

/** How long the first event may take to come: on a busy machine a process takes seconds to start. */
const START_LIMIT_MS = 240_000

interface Pod {
  readonly app: Program
  readonly kubelet: Kubelet
  readonly url: string
}

/** Starts the app, and the kubelet beside it: it probes before there is anything to answer. */
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

/** What the probes have asked for, in its order. */
async function asked (pod: Pod): Promise<readonly string[]> {
  const { body } = await get(pod, '/asked')
  return (body as readonly string[]).map((path) => path.replace('/z/health/', ''))
}

/** Waits until liveness was asked so often more. */
async function livenessAsked (pod: Pod, times: number): Promise<void> {
  const count = async (): Promise<number> => (await asked(pod)).filter((probe) => probe === 'liveness').length
  const before = await count()
  while (await count() < before + times) await new Promise((resolve) => setTimeout(resolve, 50))
}

await t.test('a life without a restart: a slow start, a database that is lost, hangs and comes back, and an end at SIGTERM that nobody notices', async (t) => {
  const pod = await start(t)
  const { app, kubelet } = pod
  t.match(await kubelet.waitFor('started', START_LIMIT_MS), { reason: 'answered 200' })
  await kubelet.waitFor('ready')
  const beginning = await asked(pod)
  t.same(beginning.slice(0, 6), Array(6).fill('startup'), 'startup was asked until it passed, and nothing else')
  t.notOk(beginning.slice(6).includes('startup'), 'and no more after that')

  await post(pod, '/lose')
  t.match(await kubelet.waitFor('unready'), { reason: 'answered 503, expected 200 to 399' })
  await post(pod, '/hang')
  await livenessAsked(pod, 5)
  t.same(kubelet.events, ['started', 'ready', 'unready'], 'a database that is away is no reason to restart')
  await post(pod, '/mend')
  await kubelet.waitFor('ready')
  await post(pod, '/hang')
  t.match(await kubelet.waitFor('unready'), { reason: 'answered 503, expected 200 to 399' }, 'answered in time, though its database is not')
  await post(pod, '/mend')
  await kubelet.waitFor('ready')

  kubelet.terminate()
  app.kill('SIGTERM')
  await kubelet.waitFor('unready')
  t.match(await get(pod, '/books'), { status: 200, body: ['Momo'] }, 'requests that are still sent to it are answered')
  t.match(await get(pod, '/z/health/liveness'), { status: 200 })
  t.same(await app.ending, { code: 0, signal: null, stderr: '' })
  t.same(kubelet.events, ['started', 'ready', 'unready', 'ready', 'unready', 'ready', 'unready'])
})

await t.test('an app that says it is broken: it is restarted', async (t) => {
  const pod = await start(t)
  await pod.kubelet.waitFor('ready', START_LIMIT_MS)
  await post(pod, '/break')
  t.match(await pod.kubelet.waitFor('restart'), { reason: 'liveness: answered 503, expected 200 to 399' })
  t.ok(pod.kubelet.events.includes('unready'), 'and had no traffic before')
})

await t.test('an app whose event loop is blocked for good: it is restarted', async (t) => {
  const pod = await start(t)
  await pod.kubelet.waitFor('ready', START_LIMIT_MS)
  await post(pod, '/block')
  t.match(await pod.kubelet.waitFor('restart'), { reason: 'liveness: no answer within 1000 ms' })
})
