import { createHistogram } from 'node:perf_hooks'
import type { RecordableHistogram } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { assertSome } from './chance.js'
import type { Chance } from './chance.js'
import { Client } from './client.js'
import type { Answer, Judge } from './expectations.js'
import type { KnownStates } from './known-states.js'
import { wasBlocked } from './loop-watch.js'
import type { Lag } from './loop-watch.js'
import { kubeletProbes, quickProbes, slowProbes } from './probes.js'
import type { Probe } from './probes.js'
import type { Violations } from './violations.js'

/** The time that an answer may take beyond the timeout of its checks. */
const MARGIN_MS = 100

/** Workers that send the same probes. Each worker sends one probe at a time. */
interface Lane {
  readonly name: string
  readonly probes: readonly Probe[]
  readonly workers: number
  readonly keepAlive: boolean
  /** The pause of a worker after each answer. */
  readonly pauseMs: number
  readonly latencies: RecordableHistogram
}

/** A late answer. It is excused if an event loop was blocked meanwhile, which is known only later. */
interface LateAnswer {
  readonly from: number
  readonly to: number
  readonly text: string
}

/** The end of a stretch of load. */
export interface Limits {
  readonly count: number
  /** A value of `performance.now()`. */
  readonly deadline: number
}

export interface LoadDependencies {
  readonly address: string
  readonly chance: Chance
  readonly judge: Judge
  readonly states: KnownStates
  readonly violations: Violations
}

/** Sends probes from several lanes at the same time, and judges each answer. */
export class Load {
  readonly lanes: readonly Lane[]
  readonly #dependencies: LoadDependencies
  #sent = 0
  #late: LateAnswer[] = []
  #excused = 0
  #activeMs = 0
  #isStopped = false

  constructor (dependencies: LoadDependencies) {
    const { chance } = dependencies
    this.#dependencies = dependencies
    const lane = (options: Omit<Lane, 'latencies'>): Lane => ({ ...options, latencies: createHistogram() })
    this.lanes = [
      lane({ name: 'quick', probes: quickProbes(chance), workers: 16, keepAlive: true, pauseMs: 0 }),
      lane({ name: 'slow', probes: slowProbes(chance), workers: 12, keepAlive: true, pauseMs: 0 }),
      lane({ name: 'kubelet', probes: kubeletProbes(), workers: 2, keepAlive: false, pauseMs: 10 })
    ]
  }

  get sent (): number {
    return this.#sent
  }

  /** The number of late answers while an event loop was blocked. */
  get excused (): number {
    return this.#excused
  }

  /** The total time of all stretches. */
  get activeMs (): number {
    return this.#activeMs
  }

  /** Sends probes until a limit is reached, waits for every answer, and closes the connections. */
  async run (limits: Limits): Promise<void> {
    const started = performance.now()
    await Promise.all(this.lanes.map(async (lane) => await this.#runLane(lane, limits)))
    this.#activeMs += performance.now() - started
  }

  /** Sends no more probes. */
  stop (): void {
    this.#isStopped = true
  }

  /** Sends one probe and judges the answer. */
  async fire (client: Client, probe: Probe): Promise<Answer | undefined> {
    this.#sent += 1
    try {
      const answer = await client.send(probe)
      this.#take(answer)
      return answer
    } catch (error) {
      if (!this.#isStopped) {
        this.#dependencies.violations.add('no answer', `${probe.method} ${probe.path}: ${String(error)}`)
      }
      return undefined
    }
  }

  /** Judges the late answers. `lags` says when the event loops were blocked. */
  judgeLate (lags: readonly Lag[]): void {
    for (const { from, to, text } of this.#late) {
      if (wasBlocked(lags, from, to)) this.#excused += 1
      else this.#dependencies.violations.add('late', text)
    }
    this.#late = []
  }

  async #runLane (lane: Lane, limits: Limits): Promise<void> {
    const { keepAlive, workers } = lane
    const client = new Client(this.#dependencies.address, { keepAlive, connections: workers })
    await Promise.all(Array.from({ length: workers }, async () => await this.#work(lane, client, limits)))
    client.close()
  }

  async #work ({ probes, pauseMs, latencies }: Lane, client: Client, { count, deadline }: Limits): Promise<void> {
    assertSome(probes, 'probes')
    while (!this.#isStopped && this.#sent < count && performance.now() < deadline) {
      const answer = await this.fire(client, this.#dependencies.chance.pick(probes))
      if (answer !== undefined) latencies.record(Math.max(1, Math.round((answer.answeredAt - answer.sentAt) * 1_000)))
      if (pauseMs > 0) await sleep(pauseMs)
    }
  }

  #take (answer: Answer): void {
    const { judge, violations } = this.#dependencies
    const { probe, sentAt, answeredAt } = answer
    const tookMs = answeredAt - sentAt
    for (const wrong of judge.judge(answer)) violations.add('wrong answer', `${probe.method} ${probe.path}: ${wrong}`)
    if (tookMs > probe.timeoutMs + MARGIN_MS) {
      const text = `${probe.method} ${probe.path} took ${tookMs.toFixed(1)} ms, with a timeout of ${probe.timeoutMs} ms`
      this.#late.push({ from: performance.timeOrigin + sentAt, to: performance.timeOrigin + answeredAt, text })
    }
    this.#recordStartup(answer)
  }

  /** After a passed startup probe, startup stays `UP` and its checks never run again. */
  #recordStartup ({ probe: { kind, isPartial, isPeer }, statusCode }: Answer): void {
    if (kind === 'startup' && !isPartial && !isPeer && statusCode === 200) this.#dependencies.states.pass('warms-up')
  }
}
