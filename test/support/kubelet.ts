import { EventEmitter, once } from 'node:events'
import type t from 'tap'
import { probe } from '../../lib/probe/http-probe.js'
import type { ProbeResult } from '../../lib/probe/http-probe.js'

/** A probe as a container's manifest describes it. */
export interface ProbeSpec {
  readonly path: string
  readonly periodMs: number
  /** Default 1,000. */
  readonly timeoutMs?: number
  /** Default 3. */
  readonly failureThreshold?: number
  /** Default 1. Must be 1 for startup and liveness. */
  readonly successThreshold?: number
}

export interface Probes {
  readonly startup: ProbeSpec
  readonly liveness: ProbeSpec
  readonly readiness: ProbeSpec
}

/** A conclusion that the kubelet draws from its probes. At `restart` it would kill the container. */
export interface KubeletEvent {
  /** In milliseconds since the kubelet started. */
  readonly at: number
  readonly event: 'started' | 'ready' | 'unready' | 'restart'
  readonly reason: string
}

const USER_AGENT = 'kube-probe/1.34'
const MOST_TRIES = 3

/**
 * Probes one container as the kubelet does, until the test ends. It runs only the startup probe until that succeeds,
 * and then only liveness and readiness. The container is not ready at first. `timeline` records each event.
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
  /** The number of events that `waitFor()` has passed. */
  #passed = 0

  constructor (test: Pick<typeof t, 'teardown'>, url: string, { startup, liveness, readiness }: Probes) {
    const isStarted = (): boolean => this.#isStarted
    this.#startup = new Worker(url, startup, () => true, (passed, reason) => {
      if (passed) this.#start(reason)
      else this.#restart(`startup: ${reason}`)
    })
    this.#liveness = new Worker(url, liveness, isStarted, (passed, reason) => {
      if (!passed) this.#restart(`liveness: ${reason}`)
    })
    this.#readiness = new Worker(url, readiness, isStarted, (passed, reason) => this.#ready(passed, reason))
    test.teardown(async () => await this.stop())
  }

  /** The names of all events so far. */
  get events (): readonly KubeletEvent['event'][] {
    return this.timeline.map(({ event }) => event)
  }

  /** Waits for the next event of this name. Rejects with the timeline after the time limit or a restart. */
  async waitFor (event: KubeletEvent['event'], limitMs = 30_000): Promise<KubeletEvent> {
    const signal = AbortSignal.timeout(limitMs)
    for (;;) {
      const found = this.timeline.slice(this.#passed).find((candidate) => candidate.event === event)
      if (found !== undefined) {
        this.#passed = this.timeline.indexOf(found) + 1
        return found
      }
      if (this.events.includes('restart')) {
        throw new Error(`the container was killed before the event "${event}": ${JSON.stringify(this.timeline)}`)
      }
      await once(this.#changes, 'change', { signal }).catch(() => {
        throw new Error(`no event "${event}" within ${limitMs} ms: ${JSON.stringify(this.timeline)}`)
      })
    }
  }

  /** Simulates the deletion of the pod: stops the startup and liveness probes, so that no restart follows. */
  terminate (): void {
    this.#startup.stop()
    this.#liveness.stop()
  }

  /** Stops all probes. Resolves when those under way have ended. */
  async stop (): Promise<void> {
    const workers = [this.#startup, this.#liveness, this.#readiness]
    for (const worker of workers) worker.stop()
    await Promise.all(workers.map(async ({ ended }) => await ended))
  }

  #start (reason: string): void {
    this.#isStarted = true
    this.#startup.stop()
    this.#record('started', reason)
    this.#readiness.trigger()
  }

  #ready (isReady: boolean, reason: string): void {
    if (isReady === this.#isReady) return
    this.#isReady = isReady
    this.#record(isReady ? 'ready' : 'unready', reason)
  }

  #restart (reason: string): void {
    void this.stop()
    this.#record('restart', reason)
  }

  #record (event: KubeletEvent['event'], reason: string): void {
    this.timeline.push({ at: Math.round(performance.now() - this.#began), event, reason })
    this.#changes.emit('change')
  }
}

/** Repeats one probe after each period. Its requests never overlap. */
class Worker {
  /** Resolves after the last request. */
  readonly ended: Promise<void>
  readonly #url: URL
  readonly #spec: ProbeSpec
  readonly #isDue: () => boolean
  readonly #onThreshold: (passed: boolean, reason: string) => void
  #last: boolean | undefined
  #inRow = 0
  #isStopped = false
  #wake: () => void = () => undefined

  /** Calls `onThreshold` for each result that reaches or exceeds its threshold of equal results in a row. */
  constructor (
    url: string,
    spec: ProbeSpec,
    isDue: () => boolean,
    onThreshold: (passed: boolean, reason: string) => void
  ) {
    this.#url = new URL(spec.path, url)
    this.#spec = spec
    this.#isDue = isDue
    this.#onThreshold = onThreshold
    this.ended = this.#work()
  }

  /** Sends the next request at once instead of after the period. */
  trigger (): void {
    this.#wake()
  }

  stop (): void {
    this.#isStopped = true
    this.#wake()
  }

  async #work (): Promise<void> {
    // The kubelet's constructor has not finished yet.
    await Promise.resolve()
    while (!this.#isStopped) {
      const next = performance.now() + this.#spec.periodMs
      if (this.#isDue()) await this.#turn()
      await this.#sleepUntil(next)
    }
  }

  async #turn (): Promise<void> {
    const result = await this.#probe()
    if (result === undefined || this.#isStopped) return
    const { passed } = result
    const { failureThreshold = 3, successThreshold = 1 } = this.#spec
    this.#inRow = passed === this.#last ? this.#inRow + 1 : 1
    this.#last = passed
    if (this.#inRow < (passed ? successThreshold : failureThreshold)) return
    this.#onThreshold(passed, result.passed ? `answered ${result.statusCode}` : result.reason)
  }

  /**
   * Sends one probe. If the body does not end, the kubelet tries again, three times in all, and then drops the result:
   * see `runProbeWithRetries` in its prober.go, and `doProbe` in worker.go.
   */
  async #probe (): Promise<ProbeResult | undefined> {
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
