import type { Clock } from '../base/clock.js'
import { redactAndTruncate } from '../base/truncate.js'
import type { Component } from './component.js'
import type { Events } from './events.js'
import { ALL_CHECKS } from './kind.js'
import type { Kind } from './kind.js'
import type { Status } from './status.js'

/** Name of the component that contains the lifecycle. */
export const LIFECYCLE = 'lifecycle'

const LONGEST_REASON = 1_000

/** A state other than `UP`, with its reason and the time when it began. */
interface State {
  readonly status: Status
  readonly reason: string
  readonly time: string
}

/**
 * The app's own state, independent of its checks, like Spring Boot's `ApplicationAvailability`: in service, out of
 * service (readiness is `OUT_OF_SERVICE`), or broken (liveness and readiness are `DOWN`, so the orchestrator restarts
 * the app).
 */
export class Lifecycle {
  readonly #events: Events
  readonly #clock: Clock
  readonly #isServing: () => boolean
  readonly #followers: readonly Kind[]
  /** The state until the app listens. It is not logged, because it is part of each start. */
  readonly #starting: State
  #hasServed = false
  /** The state since the app's own server has closed, while the app does not close. It is not logged either. */
  #stopped: State | undefined
  readonly #drains = new Set<() => void>()
  #outOfService: State | undefined
  /** The state while the app's own port gives no answer. */
  #portFailure: State | undefined
  #broken: State | undefined
  /** The reason why the app can never return to service. */
  #final: string | undefined
  #isClosed = false
  /** The time of the last change of status. `undefined` before the first change. */
  #since: string | undefined

  /**
   * @param isServing returns false while the endpoints are reachable on a port of their own, but the app's port is not
   * @param followers custom kinds to which the lifecycle contributes as it does to readiness
   */
  constructor (events: Events, clock: Clock, isServing: () => boolean, followers: readonly Kind[] = []) {
    this.#events = events
    this.#clock = clock
    this.#isServing = isServing
    this.#followers = followers
    this.#starting = this.#constantState('the app does not listen yet')
  }

  /** The component `lifecycle`, or `undefined` while the app is in service. */
  get component (): Component | undefined {
    const state = this.#current
    return state && {
      status: state.status, details: { reason: state.reason }, time: state.time, since: this.#since ?? state.time
    }
  }

  /** The component `lifecycle` while the app is in service. */
  get inService (): Component {
    return { status: 'UP', ...(this.#since !== undefined && { since: this.#since }) }
  }

  /** Call this whenever the app listens. */
  serves (): void {
    this.#hasServed = true
    if (this.#stopped !== undefined) this.#since = this.#clock.date().toISOString()
    this.#stopped = undefined
  }

  /** Returns the status that the lifecycle contributes to the report of a kind. */
  statusFor (kind: Kind): Status {
    if (kind === 'liveness') return this.#broken?.status ?? 'UP'
    const isAffected = kind === 'readiness' || kind === ALL_CHECKS || this.#followers.includes(kind)
    return isAffected ? this.#current?.status ?? 'UP' : 'UP'
  }

  /** Whether the app drains or closes. A broken app only counts when it closes. */
  get isEnding (): boolean {
    return this.#isClosed || (this.#final !== undefined && this.#broken === undefined)
  }

  /** Has no effect if the app is out of service for good. */
  takeOutOfService (reason: string): void {
    if (this.#isFinal('takeOutOfService')) return
    this.#change(() => { this.#outOfService = this.#state('OUT_OF_SERVICE', reason) })
  }

  /**
   * Has no effect if the app is out of service for good. It must not throw then: apps call it in `finally`, where an
   * error would replace the original error or end the process.
   */
  putInService (): void {
    if (this.#isFinal('putInService')) return
    this.#change(() => { this.#outOfService = undefined })
  }

  /** Takes the app out of service until `portAnswers()`. Has no effect if the app is out of service for good. */
  portFails (reason: string): void {
    if (this.#final !== undefined) return
    this.#change(() => { this.#portFailure = this.#state('OUT_OF_SERVICE', reason) })
  }

  /** Ends the effect of `portFails()`. */
  portAnswers (): void {
    this.#change(() => { this.#portFailure = undefined })
  }

  markBroken (reason: string): void {
    if (this.#broken !== undefined) return
    this.#final = 'the app is broken'
    this.#change(() => { this.#broken = this.#state('DOWN', reason) })
  }

  /** Takes the app out of service forever. Resolves after the delay, or earlier if `hurry` or `close` is called. */
  async drain (delayMs: number): Promise<void> {
    if (this.#final === undefined) {
      this.#final = 'the app is draining'
      this.#change(() => { this.#outOfService = this.#state('OUT_OF_SERVICE', 'draining') })
    }
    if (this.#isClosed) return
    await new Promise<void>((resolve) => {
      const end = (): void => {
        cancel()
        this.#drains.delete(end)
        resolve()
      }
      const cancel = this.#clock.after(delayMs, end)
      this.#drains.add(end)
    })
  }

  /** Ends the delay of each drain that is under way. */
  hurry (): void {
    for (const end of this.#drains) end()
  }

  /** Takes the app out of service without a log line or a message, because an app closes on purpose. */
  close (): void {
    this.#apply(() => { this.#outOfService ??= this.#state('OUT_OF_SERVICE', 'closing') })
    this.#final ??= 'the app is closing'
    this.#isClosed = true
    this.hurry()
  }

  /** Whether the app is out of service for good. Logs that the method therefore has no effect. */
  #isFinal (method: 'takeOutOfService' | 'putInService'): boolean {
    if (this.#final === undefined) return false
    this.#events.ignored(LIFECYCLE, method, this.#final)
    return true
  }

  get #current (): State | undefined {
    return this.#requested ?? (this.#isServing() ? undefined : this.#unserved)
  }

  /** The state while clients cannot reach the app. A server reports its end late, so the first reader finds it. */
  get #unserved (): State {
    if (!this.#hasServed) return this.#starting
    this.#stopped ??= this.#constantState('the app listens no longer')
    this.#since = this.#stopped.time
    return this.#stopped
  }

  /** The state that a call has set, apart from the start of the app. */
  get #requested (): State | undefined {
    return this.#broken ?? this.#outOfService ?? this.#portFailure
  }

  #state (status: Status, reason: string): State {
    return { status, reason: redactAndTruncate(reason, LONGEST_REASON), time: this.#clock.date().toISOString() }
  }

  /** The first redaction of a process takes milliseconds, so a reason without secrets is not redacted at the start. */
  #constantState (reason: string): State {
    return { status: 'OUT_OF_SERVICE', reason, time: this.#clock.date().toISOString() }
  }

  /** Changes the state first, and publishes a change of status afterwards: a subscriber may change the state again. */
  #change (apply: () => void): void {
    const { from, to, time } = this.#apply(apply)
    if (from === to || this.#isClosed) return
    const kinds: readonly Kind[] = from === 'DOWN' || to === 'DOWN' ? ['liveness', 'readiness'] : ['readiness']
    const affected = [...kinds, ...this.#followers]
    this.#events.changed({ check: LIFECYCLE, kinds: affected, from, to, error: this.#requested?.reason }, time)
  }

  /** Changes the state, and returns the status before and after it with the time. */
  #apply (apply: () => void): { readonly from: Status, readonly to: Status, readonly time: string } {
    const from = this.#requested?.status ?? 'UP'
    apply()
    const to = this.#requested?.status ?? 'UP'
    const time = this.#requested?.time ?? this.#clock.date().toISOString()
    if (from !== to) this.#since = time
    return { from, to, time }
  }
}
