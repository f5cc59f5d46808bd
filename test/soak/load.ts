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

/** How much later than its checks' timeout an answer may come. */
const MARGIN_MS = 100

/** Those who send one kind of probe, each one after the other. */
interface Lane {
  readonly name: string
  readonly probes: readonly Probe[]
  readonly workers: number
  readonly keepAlive: boolean
  /** How long each of them waits after an answer. */
  readonly pauseMs: number
  readonly latencies: RecordableHistogram
}

/** An answer that came late, until it is known whether an event loop was blocked meanwhile. */
interface LateAnswer {
  readonly from: number
  readonly to: number
  readonly text: string
}

/** Until when a stretch of load goes on. */
export interface Limits {
  readonly count: number
  /** As of `performance.now()`. */
  readonly deadline: number
}

export interface LoadSurroundings {
  readonly address: string
  readonly chance: Chance
  readonly judge: Judge
  readonly states: KnownStates
  readonly violations: Violations
}

/** Sends probes from several lanes at a time, and has each answer judged. */
export class Load {
  readonly lanes: readonly Lane[]
  readonly #surroundings: LoadSurroundings
  #sent = 0
  #late: LateAnswer[] = []
  #excused = 0
  #activeMs = 0
  #isStopped = false

  constructor (surroundings: LoadSurroundings) {
    const { chance } = surroundings
    this.#surroundings = surroundings
    this.lanes = [
      { name: 'quick', probes: quickProbes(chance), workers: 16, keepAlive: true, pauseMs: 0, latencies: createHistogram() },
      { name: 'slow', probes: slowProbes(chance), workers: 12, keepAlive: true, pauseMs: 0, latencies: createHistogram() },
      { name: 'kubelet', probes: kubeletProbes(), workers: 2, keepAlive: false, pauseMs: 10, latencies: createHistogram() }
    ]
  }

  get sent (): number {
    return this.#sent
  }

  /** How many answers came late while an event loop was blocked. */
  get excused (): number {
    return this.#excused
  }

  /** For how long probes were sent. */
  get activeMs (): number {
    return this.#activeMs
  }

  /** Sends probes until a limit is reached, waits for every answer, and closes the connections. */
  async run (limits: Limits): Promise<void> {
    const started = performance.now()
    await Promise.all(this.lanes.map(async (lane) => await this.#runLane(lane, limits)))
    this.#activeMs += performance.now() - started
  }

  /** Sends no more. */
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
      if (!this.#isStopped) this.#surroundings.violations.add('no answer', `${probe.method} ${probe.path}: ${String(error)}`)
      return undefined
    }
  }

  /** Judges the late answers, now that it is known when the event loops were blocked. */
  judgeLate (lags: readonly Lag[]): void {
    for (const { from, to, text } of this.#late) {
      if (wasBlocked(lags, from, to)) this.#excused += 1
      else this.#surroundings.violations.add('late', text)
    }
    this.#late = []
  }

  async #runLane (lane: Lane, limits: Limits): Promise<void> {
    const { keepAlive, workers } = lane
    const client = new Client(this.#surroundings.address, { keepAlive, connections: workers })
    await Promise.all(Array.from({ length: workers }, async () => await this.#work(lane, client, limits)))
    client.close()
  }

  async #work ({ probes, pauseMs, latencies }: Lane, client: Client, { count, deadline }: Limits): Promise<void> {
    assertSome(probes, 'probes')
    while (!this.#isStopped && this.#sent < count && performance.now() < deadline) {
      const answer = await this.fire(client, this.#surroundings.chance.pick(probes))
      if (answer !== undefined) latencies.record(Math.max(1, Math.round((answer.answeredAt - answer.sentAt) * 1_000)))
      if (pauseMs > 0) await sleep(pauseMs)
    }
  }

  #take (answer: Answer): void {
    const { judge, violations } = this.#surroundings
    const { probe, sentAt, answeredAt } = answer
    const tookMs = answeredAt - sentAt
    for (const wrong of judge.judge(answer)) violations.add('wrong answer', `${probe.method} ${probe.path}: ${wrong}`)
    if (tookMs > probe.timeoutMs + MARGIN_MS) {
      const text = `${probe.method} ${probe.path} took ${tookMs.toFixed(1)} ms, with a timeout of ${probe.timeoutMs} ms`
      this.#late.push({ from: performance.timeOrigin + sentAt, to: performance.timeOrigin + answeredAt, text })
    }
    this.#seeStartup(answer)
  }

  /** Once the startup probe has passed it passes for ever, and its checks run no more. */
  #seeStartup ({ probe: { kind, isPartial, isPeer }, statusCode }: Answer): void {
    if (kind === 'startup' && !isPartial && !isPeer && statusCode === 200) this.#surroundings.states.pass('warms-up')
  }
}
