import type { Clock } from '../base/clock.js'
import { errors } from '../errors.js'
import { redactAndTruncate } from '../base/truncate.js'
import type { Component } from './component.js'
import type { Events } from './events.js'
import type { Kind } from './kind.js'
import type { Status } from './status.js'

/** The component that the instance's own state is shown as. */
export const LIFECYCLE = 'lifecycle'

const LONGEST_REASON = 1_000

/** A state other than `UP`, and since when. */
interface State {
  readonly status: Status
  readonly reason: string
  readonly time: string
}

/**
 * The instance's own state, apart from its checks, as Spring Boot's `ApplicationAvailability`: in service, out of service
 * (readiness is `OUT_OF_SERVICE`), or broken (liveness and readiness are `DOWN`, so that the orchestrator restarts it).
 */
export class Lifecycle {
  readonly #events: Events
  readonly #clock: Clock
  readonly #isServing: () => boolean
  /** What it is in until it serves. Nobody is told of it: whoever starts the app knows. */
  readonly #starting: State
  readonly #drains = new Set<() => void>()
  #outOfService: State | undefined
  #broken: State | undefined
  /** Why it never goes back into service. */
  #final: string | undefined
  #isClosed = false

  /** `isServing`: whether requests of the app's own can reach it, where the endpoints can be reached before. */
  constructor (events: Events, clock: Clock, isServing: () => boolean) {
    this.#events = events
    this.#clock = clock
    this.#isServing = isServing
    this.#starting = this.#state('OUT_OF_SERVICE', 'the app does not listen yet')
  }

  /** What is shown of it; nothing while it is `UP`. */
  get component (): Component | undefined {
    const state = this.#shown
    return state && { status: state.status, details: { reason: state.reason }, time: state.time }
  }

  /** What it adds to the report of a kind. */
  statusFor (kind: Kind): Status {
    if (kind === 'liveness') return this.#broken?.status ?? 'UP'
    return kind === 'readiness' || kind === 'health' ? this.#shown?.status ?? 'UP' : 'UP'
  }

  /** Does nothing where it is out of service for good. */
  takeOutOfService (reason: string): void {
    if (this.#final !== undefined) return
    this.#change(() => { this.#outOfService = this.#state('OUT_OF_SERVICE', reason) })
  }

  /** Throws when it is out of service for good. */
  putInService (): void {
    if (this.#final !== undefined) throw new errors.OutOfServiceForGood(this.#final)
    this.#change(() => { this.#outOfService = undefined })
  }

  markBroken (reason: string): void {
    if (this.#broken !== undefined) return
    this.#final = 'it is broken'
    this.#change(() => { this.#broken = this.#state('DOWN', reason) })
  }

  /** Takes it out of service for good; resolves after the delay, or earlier when it is hurried or closed. */
  async drain (delayMs: number): Promise<void> {
    if (this.#final === undefined) {
      this.#final = 'it is draining'
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

  /** Ends the delay of every drain. */
  hurry (): void {
    for (const end of this.#drains) end()
  }

  /** Out of service without a word: whoever closes the app knows. */
  close (): void {
    this.#outOfService ??= this.#state('OUT_OF_SERVICE', 'closing')
    this.#final ??= 'it is closing'
    this.#isClosed = true
    this.hurry()
  }

  get #shown (): State | undefined {
    return this.#told ?? (this.#isServing() ? undefined : this.#starting)
  }

  /** What somebody has told it. */
  get #told (): State | undefined {
    return this.#broken ?? this.#outOfService
  }

  #state (status: Status, reason: string): State {
    return { status, reason: redactAndTruncate(reason, LONGEST_REASON), time: this.#clock.date().toISOString() }
  }

  /** Tells of the change, if it is one of status, once it is made: whoever is told may ask for another. */
  #change (make: () => void): void {
    const from = this.#told?.status ?? 'UP'
    make()
    const to = this.#told?.status ?? 'UP'
    if (from === to || this.#isClosed) return
    const kinds = from === 'DOWN' || to === 'DOWN' ? ['liveness', 'readiness'] : ['readiness']
    this.#events.changed({ check: LIFECYCLE, kinds, from, to, error: this.#told?.reason })
  }
}
