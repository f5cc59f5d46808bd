import { createServer } from 'node:http'
import type { ServerResponse } from 'node:http'
import t from 'tap'
import { Kubelet } from './kubelet.js'
import type { Probes, ProbeSpec } from './kubelet.js'
import { listen } from './loopback.js'

type Test = Pick<typeof t, 'teardown'>

/** A status code, or what else to do. */
type Answer = number | ((response: ServerResponse) => void)

type Kind = keyof Probes

/** A container that answers what it is told to, in turn, and the last of it for good. */
class Container {
  readonly asked: Kind[] = []
  readonly answers: Record<Kind, Answer[]>
  mostAtOnce = 0
  #url = ''

  constructor (answers: Partial<Record<Kind, Answer[]>>) {
    this.answers = { startup: [200], liveness: [200], readiness: [200], ...answers }
  }

  async start (test: Test): Promise<this> {
    const open = new Map<Kind, number>()
    const server = createServer((request, response) => {
      const kind = request.url?.slice(1) as Kind
      this.asked.push(kind)
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
    return this.asked.filter((asked) => asked === kind).length
  }

  /** Waits until a probe was asked so often. */
  async askedFor (kind: Kind, times: number): Promise<void> {
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

await t.test('startup that fails less often than its threshold: it is asked alone until it passes, and then no more', async (t) => {
  const container = await new Container({ startup: [503, 503, 503, 503, 200] }).start(t)
  const kubelet = new Kubelet(t, container.url, probes({ startup: { failureThreshold: 5 } }))
  t.match(await kubelet.sees('started'), { at: Number, event: 'started', reason: 'answered 200' })
  t.same(container.asked, Array(5).fill('startup'))
  await kubelet.sees('ready')
  await container.askedFor('liveness', 3)
  t.equal(container.count('startup'), 5)
  t.same(kubelet.events, ['started', 'ready'])
})

await t.test('startup that fails as often as its threshold: the container is killed, and nothing is asked any more', async (t) => {
  const container = await new Container({ startup: [503, 503, 503, 200] }).start(t)
  const kubelet = new Kubelet(t, container.url, probes())
  t.match(await kubelet.sees('restart'), { reason: 'startup: answered 503, expected 200 to 399' })
  await new Promise((resolve) => setTimeout(resolve, 100))
  t.same(container.asked, Array(3).fill('startup'))
})

await t.test('startup that fails at times: failures count in a row only', async (t) => {
  const container = await new Container({ startup: [503, 503, 200] }).start(t)
  t.match(await new Kubelet(t, container.url, probes()).sees('started'), { event: 'started' })
})

await t.test('liveness that fails three times in a row: the container is killed, and nothing is asked any more', async (t) => {
  const container = await new Container({ liveness: [200, 503, 503, 200, 503, 500, 404, 200] }).start(t)
  const kubelet = new Kubelet(t, container.url, probes())
  t.match(await kubelet.sees('restart'), { reason: 'liveness: answered 404, expected 200 to 399' })
  t.equal(container.count('liveness'), 7)
  const asked = container.asked.length
  await new Promise((resolve) => setTimeout(resolve, 100))
  t.ok(container.asked.length <= asked + 1, 'a probe of readiness may have been under way')
  t.same(kubelet.events, ['started', 'ready', 'restart'])
})

await t.test('readiness: it begins as not ready, and changes at its thresholds, exactly', async (t) => {
  const container = await new Container({ readiness: [503, 200, 503, 200, 200, 503, 503, 200, 503, 503, 503, 200, 200] }).start(t)
  const kubelet = new Kubelet(t, container.url, probes({ readiness: { failureThreshold: 3, successThreshold: 2 } }))
  await kubelet.sees('ready')
  t.equal(container.count('readiness'), 5)
  t.match(await kubelet.sees('unready'), { reason: 'answered 503, expected 200 to 399' })
  t.equal(container.count('readiness'), 11)
  await kubelet.sees('ready')
  t.equal(container.count('readiness'), 13)
  t.same(kubelet.events, ['started', 'ready', 'unready', 'ready'])
})

await t.test('readiness that fails for ever: that is no restart, nor an event before it was ready', async (t) => {
  const container = await new Container({ readiness: [503] }).start(t)
  const kubelet = new Kubelet(t, container.url, probes())
  await container.askedFor('readiness', 8)
  t.same(kubelet.events, ['started'])
})

await t.test('no answer within the time: that is a failure', async (t) => {
  const container = await new Container({ liveness: [hang] }).start(t)
  const kubelet = new Kubelet(t, container.url, probes({ liveness: { timeoutMs: 500 } }))
  t.match(await kubelet.sees('restart'), { reason: 'liveness: no answer within 500 ms' })
  t.equal(container.count('liveness'), 3)
})

await t.test('a body that does not end: the kubelet asks three times, and that counts for nothing', async (t) => {
  const container = await new Container({ readiness: [200, 503, 503, hangInBody, hangInBody, hangInBody, 503, 200] }).start(t)
  const kubelet = new Kubelet(t, container.url, probes({ readiness: { timeoutMs: 1_000 } }))
  await kubelet.sees('ready')
  t.match(await kubelet.sees('unready'), { reason: 'answered 503, expected 200 to 399' })
  t.equal(container.count('readiness'), 7)
})

await t.test('answers that take longer than the period: no probe is asked twice at the same time', async (t) => {
  const slow = (response: ServerResponse): void => { setTimeout(() => response.end(), 70) }
  const container = await new Container({ startup: [slow], liveness: [slow], readiness: [slow] }).start(t)
  const kubelet = new Kubelet(t, container.url, probes())
  await container.askedFor('liveness', 3)
  t.equal(container.mostAtOnce, 1)
  await kubelet.stop()
})

await t.test('a pod that is being deleted: liveness is asked no more, readiness is', async (t) => {
  const container = await new Container({}).start(t)
  const kubelet = new Kubelet(t, container.url, probes())
  await kubelet.sees('ready')
  await container.askedFor('liveness', 1)
  kubelet.terminate()
  container.answers.liveness = [503]
  container.answers.readiness = [503]
  const asked = container.count('liveness')
  await kubelet.sees('unready')
  await container.askedFor('readiness', container.count('readiness') + 5)
  t.ok(container.count('liveness') <= asked + 1, 'one may have been under way')
  t.same(kubelet.events, ['started', 'ready', 'unready'])
})

await t.test('a kubelet that is stopped: it asks nothing more, and what is under way counts for nothing', async (t) => {
  const container = await new Container({ startup: [(response) => { setTimeout(() => response.end(), 100) }] }).start(t)
  const kubelet = new Kubelet(t, container.url, probes())
  await container.askedFor('startup', 1)
  await kubelet.stop()
  t.same(container.asked, ['startup'])
  t.same(kubelet.events, [])
})

await t.test('an event that does not come: who waits for it is told what has come instead', async (t) => {
  const container = await new Container({}).start(t)
  const kubelet = new Kubelet(t, container.url, probes())
  await t.rejects(kubelet.sees('unready', 1_000), { message: /^no unready within 1000 ms: \[\{"at":\d+,"event":"started","reason":"answered 200"\},\{"at":\d+,"event":"ready"/ })
  await kubelet.sees('ready')
  await t.rejects(kubelet.sees('ready', 100), { message: /^no ready within 100 ms/ }, 'the same is not seen twice')
})

await t.test('an event that cannot come any more: who waits for it is told at once', async (t) => {
  const container = await new Container({ startup: [503] }).start(t)
  const kubelet = new Kubelet(t, container.url, probes())
  await t.rejects(kubelet.sees('ready'), { message: /^the container is killed, and never ready: \[.*"restart"/ })
})
