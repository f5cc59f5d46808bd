import { EventEmitter, once } from 'node:events'
import type t from 'tap'
import { probe } from '../../lib/probe/http-probe.js'
import type { ProbeResult } from '../../lib/probe/http-probe.js'

/** A probe, as it stands in a container's manifest. */
export interface ProbeSpec {
  readonly path: string
  readonly periodMs: number
  /** Default 1,000. */
  readonly timeoutMs?: number
  /** Default 3. */
  readonly failureThreshold?: number
  /** Default 1, as it has to be for startup and liveness. */
  readonly successThreshold?: number
}

export interface Probes {
  readonly startup: ProbeSpec
  readonly liveness: ProbeSpec
  readonly readiness: ProbeSpec
}

/** What the kubelet makes of its probes. At a restart it would kill the container. */
export interface KubeletEvent {
  /** In milliseconds since it began. */
  readonly at: number
  readonly event: 'started' | 'ready' | 'unready' | 'restart'
  readonly reason: string
}

const USER_AGENT = 'kube-probe/1.34'
const MOST_TRIES = 3

/**
 * Probes one container as the kubelet does: startup alone until it has succeeded, and then no more; liveness and readiness, which
 * begins as not ready, from then on. What comes of it stands in a timeline. It ends with the test.
 *
 * @see https://github.com/kubernetes/kubernetes/blob/master/pkg/kubelet/prober/worker.go
 */
export class Kubelet {
  readonly timeline: KubeletEvent[] = []
  readonly #began = performance.now()
  readonly #changes = new EventEmitter()
  readonly #startup: Worker
  readonly #liveness: Worker
  readonly #readiness: Worker
  #isStarted = false
  #isReady = false
  /** How much of the timeline has been waited for. */
  #seen = 0

  constructor (test: Pick<typeof t, 'teardown'>, url: string, { startup, liveness, readiness }: Probes) {
    this.#startup = new Worker(url, startup, () => true, (passed, reason) => passed ? this.#start(reason) : this.#restart(`startup: ${reason}`))
    this.#liveness = new Worker(url, liveness, () => this.#isStarted, (passed, reason) => { if (!passed) this.#restart(`liveness: ${reason}`) })
    this.#readiness = new Worker(url, readiness, () => this.#isStarted, (passed, reason) => this.#ready(passed, reason))
    test.teardown(async () => await this.stop())
  }

  /** What has happened, without when and why. */
  get events (): readonly KubeletEvent['event'][] {
    return this.timeline.map(({ event }) => event)
  }

  /** Waits for an event after those waited for before. Rejects with the timeline when it does not come, or cannot any more. */
  async sees (event: KubeletEvent['event'], limitMs = 30_000): Promise<KubeletEvent> {
    const signal = AbortSignal.timeout(limitMs)
    for (;;) {
      const found = this.timeline.slice(this.#seen).find((candidate) => candidate.event === event)
      if (found !== undefined) {
        this.#seen = this.timeline.indexOf(found) + 1
        return found
      }
      if (this.events.includes('restart')) throw new Error(`the container is killed, and never ${event}: ${JSON.stringify(this.timeline)}`)
      await once(this.#changes, 'change', { signal }).catch(() => {
        throw new Error(`no ${event} within ${limitMs} ms: ${JSON.stringify(this.timeline)}`)
      })
    }
  }

  /** The pod is being deleted: whatever liveness would say, the container is not restarted any more. */
  terminate (): void {
    this.#startup.stop()
    this.#liveness.stop()
  }

  /** Ends once the probes that are under way have. */
  async stop (): Promise<void> {
    const workers = [this.#startup, this.#liveness, this.#readiness]
    for (const worker of workers) worker.stop()
    await Promise.all(workers.map(async ({ ended }) => await ended))
  }

  #start (reason: string): void {
    this.#isStarted = true
    this.#startup.stop()
    this.#happened('started', reason)
    this.#readiness.trigger()
  }

  #ready (isReady: boolean, reason: string): void {
    if (isReady === this.#isReady) return
    this.#isReady = isReady
    this.#happened(isReady ? 'ready' : 'unready', reason)
  }

  #restart (reason: string): void {
    void this.stop()
    this.#happened('restart', reason)
  }

  #happened (event: KubeletEvent['event'], reason: string): void {
    this.timeline.push({ at: Math.round(performance.now() - this.#began), event, reason })
    this.#changes.emit('change')
  }
}

/** One probe, asked again and again, and never twice at the same time. */
class Worker {
  /** Resolves when it asks no more. */
  readonly ended: Promise<void>
  readonly #url: URL
  readonly #spec: ProbeSpec
  readonly #isDue: () => boolean
  readonly #onThreshold: (passed: boolean, reason: string) => void
  #last: boolean | undefined
  #inRow = 0
  #isStopped = false
  #wake: () => void = () => undefined

  /** `onThreshold` is told of each result with which as many in a row were the same as its threshold says, or more. */
  constructor (url: string, spec: ProbeSpec, isDue: () => boolean, onThreshold: (passed: boolean, reason: string) => void) {
    this.#url = new URL(spec.path, url)
    this.#spec = spec
    this.#isDue = isDue
    this.#onThreshold = onThreshold
    this.ended = this.#work()
  }

  /** Asks at once instead of after the period. */
  trigger (): void {
    this.#wake()
  }

  stop (): void {
    this.#isStopped = true
    this.#wake()
  }

  async #work (): Promise<void> {
    // Whoever has made it is not complete yet.
    await Promise.resolve()
    while (!this.#isStopped) {
      const next = performance.now() + this.#spec.periodMs
      if (this.#isDue()) await this.#turn()
      await this.#sleepUntil(next)
    }
  }

  async #turn (): Promise<void> {
    const result = await this.#ask()
    if (result === undefined || this.#isStopped) return
    const { passed } = result
    const { failureThreshold = 3, successThreshold = 1 } = this.#spec
    this.#inRow = passed === this.#last ? this.#inRow + 1 : 1
    this.#last = passed
    if (this.#inRow >= (passed ? successThreshold : failureThreshold)) this.#onThreshold(passed, passed ? `answered ${result.statusCode}` : result.reason)
  }

  /**
   * Where a body does not come to its end the kubelet asks again, and a result that it has not got then is none: see
   * `runProbeWithRetries` in its prober.go, and where worker.go throws the result away.
   */
  async #ask (): Promise<ProbeResult | undefined> {
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      const result = await probe(this.#url, { timeoutMs: this.#spec.timeoutMs ?? 1_000, userAgent: USER_AGENT })
      if (result.passed || result.fault !== 'body') return result
    }
    return undefined
  }

  async #sleepUntil (time: number): Promise<void> {
    if (this.#isStopped) return
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, Math.max(0, time - performance.now()))
      this.#wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }
}
