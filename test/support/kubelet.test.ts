import { createServer } from 'node:http'
import type { ServerResponse } from 'node:http'
import t from 'tap'
import { Kubelet } from './kubelet.js'
import type { Probes, ProbeSpec } from './kubelet.js'
import { listen } from './loopback.js'

type Test = Pick<typeof t, 'teardown'>

/** A status code, or a function that answers in another way. */
type Answer = number | ((response: ServerResponse) => void)

type Kind = keyof Probes

/** A container with a list of answers for each probe. It repeats the last answer. */
class Container {
  readonly probed: Kind[] = []
  readonly answers: Record<Kind, Answer[]>
  /** The most probes of one kind at the same time. */
  mostAtOnce = 0
  #url = ''

  constructor (answers: Partial<Record<Kind, Answer[]>>) {
    this.answers = { startup: [200], liveness: [200], readiness: [200], ...answers }
  }

  async start (test: Test): Promise<this> {
    const open = new Map<Kind, number>()
    const server = createServer((request, response) => {
      const kind = request.url?.slice(1) as Kind
      this.probed.push(kind)
      open.set(kind, (open.get(kind) ?? 0) + 1)
      this.mostAtOnce = Math.max(this.mostAtOnce, ...open.values())
      response.once('close', () => open.set(kind, (open.get(kind) ?? 0) - 1))
      this.#answer(response, this.#next(kind))
    })
    this.#url = `http://127.0.0.1:${await listen(test, server)}`
    return this
  }

  get url (): string {
    return this.#url
  }

  count (kind: Kind): number {
    return this.probed.filter((probed) => probed === kind).length
  }

  /** Waits until the container has received this number of probes of a kind. */
  async receives (kind: Kind, times: number): Promise<void> {
    while (this.count(kind) < times) await new Promise((resolve) => setTimeout(resolve, 5))
  }

  #next (kind: Kind): Answer | undefined {
    const answers = this.answers[kind]
    return answers.length > 1 ? answers.shift() : answers[0]
  }

  #answer (response: ServerResponse, answer: Answer = 404): void {
    if (typeof answer === 'function') answer(response)
    else response.writeHead(answer).end()
  }
}

function probes (specs: Partial<Record<Kind, Partial<ProbeSpec>>> = {}): Probes {
  const spec = (kind: Kind): ProbeSpec => ({ path: `/${kind}`, periodMs: 20, timeoutMs: 10_000, ...specs[kind] })
  return { startup: spec('startup'), liveness: spec('liveness'), readiness: spec('readiness') }
}

const hang = (): void => undefined
const hangInBody = (response: ServerResponse): void => { response.write('{') }

await t.test('the kubelet runs only the startup probe until it passes, and never again after that', async (t) => {
  const container = await new Container({ startup: [503, 503, 503, 503, 200] }).start(t)
  const kubelet = new Kubelet(t, container.url, probes({ startup: { failureThreshold: 5 } }))
  t.match(await kubelet.waitFor('started'), { at: Number, event: 'started', reason: 'answered 200' })
  t.same(container.probed, Array(5).fill('startup'))
  await kubelet.waitFor('ready')
  await container.receives('liveness', 3)
  t.equal(container.count('startup'), 5)
  t.same(kubelet.events, ['started', 'ready'])
})

await t.test('the kubelet kills the container and stops probing when startup fails too often', async (t) => {
  const container = await new Container({ startup: [503, 503, 503, 200] }).start(t)
  const kubelet = new Kubelet(t, container.url, probes())
  t.match(await kubelet.waitFor('restart'), { reason: 'startup: answered 503, expected 200 to 399' })
  await new Promise((resolve) => setTimeout(resolve, 100))
  t.same(container.probed, Array(3).fill('startup'))
})

await t.test('the kubelet tolerates startup failures below the threshold', async (t) => {
  const container = await new Container({ startup: [503, 503, 200] }).start(t)
  t.match(await new Kubelet(t, container.url, probes()).waitFor('started'), { event: 'started' })
})

await t.test('the kubelet kills the container and stops probing when liveness fails three times', async (t) => {
  const container = await new Container({ liveness: [200, 503, 503, 200, 503, 500, 404, 200] }).start(t)
  const kubelet = new Kubelet(t, container.url, probes())
  t.match(await kubelet.waitFor('restart'), { reason: 'liveness: answered 404, expected 200 to 399' })
  t.equal(container.count('liveness'), 7)
  const before = container.probed.length
  await new Promise((resolve) => setTimeout(resolve, 100))
  t.ok(container.probed.length <= before + 1, 'one readiness probe may have been under way')
  t.same(kubelet.events, ['started', 'ready', 'restart'])
})

await t.test('a container is not ready at first, and readiness changes exactly at its thresholds', async (t) => {
  const readiness = [503, 200, 503, 200, 200, 503, 503, 200, 503, 503, 503, 200, 200]
  const container = await new Container({ readiness }).start(t)
  const kubelet = new Kubelet(t, container.url, probes({ readiness: { failureThreshold: 3, successThreshold: 2 } }))
  await kubelet.waitFor('ready')
  t.equal(container.count('readiness'), 5)
  t.match(await kubelet.waitFor('unready'), { reason: 'answered 503, expected 200 to 399' })
  t.equal(container.count('readiness'), 11)
  await kubelet.waitFor('ready')
  t.equal(container.count('readiness'), 13)
  t.same(kubelet.events, ['started', 'ready', 'unready', 'ready'])
})

await t.test('the kubelet neither restarts a container that never becomes ready nor records an event', async (t) => {
  const container = await new Container({ readiness: [503] }).start(t)
  const kubelet = new Kubelet(t, container.url, probes())
  await container.receives('readiness', 8)
  t.same(kubelet.events, ['started'])
})

await t.test('a probe without an answer within its timeout has failed', async (t) => {
  const container = await new Container({ liveness: [hang] }).start(t)
  const kubelet = new Kubelet(t, container.url, probes({ liveness: { timeoutMs: 500 } }))
  t.match(await kubelet.waitFor('restart'), { reason: 'liveness: no answer within 500 ms' })
  t.equal(container.count('liveness'), 3)
})

await t.test('the kubelet tries a probe with an endless body three times and ignores the result', async (t) => {
  const readiness = [200, 503, 503, hangInBody, hangInBody, hangInBody, 503, 200]
  const container = await new Container({ readiness }).start(t)
  const kubelet = new Kubelet(t, container.url, probes({ readiness: { timeoutMs: 1_000 } }))
  await kubelet.waitFor('ready')
  t.match(await kubelet.waitFor('unready'), { reason: 'answered 503, expected 200 to 399' })
  t.equal(container.count('readiness'), 7)
})

await t.test('probes of one kind never overlap when an answer takes longer than the period', async (t) => {
  const slow = (response: ServerResponse): void => { setTimeout(() => response.end(), 70) }
  const container = await new Container({ startup: [slow], liveness: [slow], readiness: [slow] }).start(t)
  const kubelet = new Kubelet(t, container.url, probes())
  await container.receives('liveness', 3)
  t.equal(container.mostAtOnce, 1)
  await kubelet.stop()
})

await t.test('terminate() stops liveness probes but not readiness probes', async (t) => {
  const container = await new Container({}).start(t)
  const kubelet = new Kubelet(t, container.url, probes())
  await kubelet.waitFor('ready')
  await container.receives('liveness', 1)
  kubelet.terminate()
  container.answers.liveness = [503]
  container.answers.readiness = [503]
  const before = container.count('liveness')
  await kubelet.waitFor('unready')
  await container.receives('readiness', container.count('readiness') + 5)
  t.ok(container.count('liveness') <= before + 1, 'one liveness probe may have been under way')
  t.same(kubelet.events, ['started', 'ready', 'unready'])
})

await t.test('stop() ends all probes and ignores the result of the one under way', async (t) => {
  const slow = (response: ServerResponse): void => { setTimeout(() => response.end(), 100) }
  const container = await new Container({ startup: [slow] }).start(t)
  const kubelet = new Kubelet(t, container.url, probes())
  await container.receives('startup', 1)
  await kubelet.stop()
  t.same(container.probed, ['startup'])
  t.same(kubelet.events, [])
})

await t.test('waitFor() rejects with the timeline when the event does not occur in time', async (t) => {
  const container = await new Container({}).start(t)
  const kubelet = new Kubelet(t, container.url, probes())
  await t.rejects(kubelet.waitFor('unready', 1_000), {
    message: /^no event "unready" within 1000 ms: \[\{"at":\d+,"event":"started","reason":"answered 200"\},.*"ready"/
  })
  await kubelet.waitFor('ready')
  const message = /^no event "ready" within 100 ms/
  await t.rejects(kubelet.waitFor('ready', 100), { message }, 'each event counts once')
})

await t.test('waitFor() rejects at once when the container has been killed', async (t) => {
  const container = await new Container({ startup: [503] }).start(t)
  const kubelet = new Kubelet(t, container.url, probes())
  const message = /^the container was killed before the event "ready": \[.*"restart"/
  await t.rejects(kubelet.waitFor('ready'), { message })
})
