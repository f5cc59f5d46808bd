import type { Clock } from '../../../base/clock.js'
import type { Kind } from '../../../health/kind.js'
import type { Status } from '../../../health/status.js'
import type { SharedState } from '../shared-state.js'
import { verdictOf } from './verdict.js'
import type { Thresholds } from './verdict.js'
import { LONGEST_WAIT_MS, MOVED_MS, PATIENCE_MS, SILENT_MS } from './waits.js'

/** The parts that the prober needs. */
export interface ProberDependencies {
  readonly state: SharedState
  readonly watch: { readonly blockedMs: () => number }
  readonly kinds: readonly Kind[]
  readonly thresholds: Thresholds
  readonly clock: Clock
  /** Requests a report on a kind from the app. Its answer is passed to `answer()`. */
  readonly request: (kind: number) => void
}

type Send = (status: Status) => void

/** Probes of one kind that wait for the same report. */
interface Flight {
  waiting: Send[]
  /** When the first of them arrived. */
  startedAt: number
  cancel: () => void
}

/** Answers probes: with a report of the app while its event loop moves, otherwise from the latest statuses. */
export class Prober {
  readonly #dependencies: ProberDependencies
  readonly #flights = new Map<number, Flight>()

  constructor (dependencies: ProberDependencies) {
    this.#dependencies = dependencies
  }

  /** Answers one probe, at once or later. Probes that arrive during a request share its answer. */
  probe (kind: number, send: Send): void {
    const { state, watch } = this.#dependencies
    const status = state.isReady && watch.blockedMs() <= MOVED_MS ? undefined : this.verdict(kind, 0)
    if (status === undefined) this.#join(kind, send)
    else send(status)
  }

  /** Takes the answer of the app. */
  answer (kind: number, status: Status): void {
    const flight = this.#flights.get(kind)
    this.#flights.delete(kind)
    flight?.cancel()
    for (const send of flight?.waiting ?? []) send(status)
  }

  /** The status of a kind without the app, or `undefined` if a probe that has waited for this time should wait on. */
  verdict (kind: number, waitedMs: number): Status | undefined {
    const { state, watch, kinds, thresholds, clock } = this.#dependencies
    const situation = { isReady: state.isReady, blockedMs: watch.blockedMs(), now: clock.now() }
    const verdict = verdictOf(kinds[kind], state.latest(kind), situation, thresholds)
    return verdict ?? (waitedMs >= LONGEST_WAIT_MS ? 'OUT_OF_SERVICE' : undefined)
  }

  #join (kind: number, send: Send): void {
    const { clock, request } = this.#dependencies
    const flight = this.#flights.get(kind)
    if (flight === undefined) {
      const begun: Flight = { waiting: [send], startedAt: clock.now(), cancel: () => undefined }
      this.#flights.set(kind, begun)
      request(kind)
      this.#waitFor(kind, begun)
      return
    }
    flight.waiting.push(send)
    if (flight.waiting.length > 1) return
    // All earlier probes have been answered without the app, which is still blocked.
    flight.startedAt = clock.now()
    this.#waitFor(kind, flight)
  }

  #waitFor (kind: number, flight: Flight): void {
    const { clock, watch } = this.#dependencies
    flight.cancel = clock.after(PATIENCE_MS, () => {
      const waitedMs = clock.now() - flight.startedAt
      const status = watch.blockedMs() < SILENT_MS ? undefined : this.verdict(kind, waitedMs)
      if (status === undefined) this.#waitFor(kind, flight)
      else for (const send of flight.waiting.splice(0)) send(status)
    })
  }
}
