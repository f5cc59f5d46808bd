import { CATALOGUE, backsOffAlways, maxBackoffOf } from './catalogue.js'
import type { Spec } from './catalogue.js'
import type { Calls } from './protocol.js'
import type { Violations } from './violations.js'

/** The greatest jitter of the back-off. */
const MOST_CUT = 0.15

/** Node's timers count whole milliseconds of the event loop's clock. */
const TIMER_SLACK_MS = 3

/** Makes each endless promise so large that a few hundred leaked promises are clearly visible in the heap. */
const BALLAST_LENGTH = 10_000

/** One call of a check's function. */
export class Call {
  readonly number: number
  readonly startedAt = performance.now()
  readonly #check: RegisteredCheck
  #endedAt: number | undefined
  #signal: AbortSignal | undefined

  constructor (registered: RegisteredCheck, number: number) {
    this.#check = registered
    this.number = number
  }

  get isOver (): boolean {
    return this.#endedAt !== undefined
  }

  /** The duration of the call until its end, or until now. */
  get durationMs (): number {
    return (this.#endedAt ?? performance.now()) - this.startedAt
  }

  /** Whether the function has read its signal, and the signal is not aborted. */
  get hasLiveSignal (): boolean {
    return this.#signal?.aborted === false
  }

  /** Records that the function has read its signal. */
  look (signal: AbortSignal): AbortSignal {
    this.#signal = signal
    return signal
  }

  /** Records the end of the call, and returns its value. */
  end <T> (value: T): T {
    if (!this.isOver) this.#check.ended(value)
    this.#endedAt ??= performance.now()
    return value
  }

  never (): Promise<never> {
    return this.#check.never()
  }
}

/** A check from its registration to its removal. It verifies the calls of the check's function. */
export class RegisteredCheck {
  readonly spec: Spec
  readonly #ledger: CallLedger
  #calls = 0
  #last: Call | undefined
  #isOver = false
  #streak = { passes: true, length: 0 }

  constructor (spec: Spec, ledger: CallLedger) {
    this.spec = spec
    this.#ledger = ledger
  }

  get calls (): number {
    return this.#calls
  }

  /** The number of equal results in a row. */
  get streak (): number {
    return this.#streak.length
  }

  begin (): Call {
    this.#calls += 1
    const call = new Call(this, this.#calls)
    this.#ledger.count(this.spec, 'calls')
    this.#judge(call)
    this.#last = call
    return call
  }

  /** Records the removal of the check or the close of the app. Any later call is a violation. */
  end (): void {
    this.#isOver = true
    if (this.#last !== undefined) this.#leave(this.#last)
    this.#last = undefined
  }

  ended (value: unknown): void {
    this.#ledger.count(this.spec, 'ended')
    const passes = value !== false
    this.#streak = { passes, length: passes === this.#streak.passes ? this.#streak.length + 1 : 1 }
  }

  never (): Promise<never> {
    return this.#ledger.never()
  }

  #judge (call: Call): void {
    const { name } = this.spec
    const { violations } = this.#ledger
    if (this.#isOver) {
      violations.add('no call after the end', `${name} was called after its removal or after the close of the app`)
    }
    if (this.#last === undefined) return
    this.#leave(this.#last)
    const gapMs = call.startedAt - this.#last.startedAt
    if (this.#isLive(this.#last)) {
      violations.add('one at a time', `${name} was called again ${gapMs.toFixed(1)} ms after a call that has not ended`)
    }
    const leastMs = this.#leastGap()
    if (gapMs < leastMs - TIMER_SLACK_MS) {
      const [gap, least] = [gapMs.toFixed(1), leastMs.toFixed(1)]
      violations.add(
        'back-off',
        `${name}: call ${call.number} began ${gap} ms after the last call, expected ${least} ms`
      )
    }
  }

  /** Counts a call that the engine no longer awaits. */
  #leave (call: Call): void {
    if (call.durationMs >= this.spec.timeoutMs - TIMER_SLACK_MS) this.#ledger.count(this.spec, 'abandoned')
    else if (!call.isOver) this.#ledger.count(this.spec, 'removed')
    if (!call.isOver && call.hasLiveSignal) {
      const text = `${this.spec.name}: call ${call.number} was abandoned or removed, but its signal is not aborted`
      this.#ledger.violations.add('signal', text)
    }
  }

  #isLive (call: Call): boolean {
    return !call.isOver && call.durationMs < this.spec.timeoutMs - TIMER_SLACK_MS
  }

  /** Returns the least time between the starts of two calls. */
  #leastGap (): number {
    const { sort, timeoutMs, options: { ttl = 0 } } = this.spec
    if (!backsOffAlways(sort)) return ttl
    const before = this.#calls - 1
    return timeoutMs + Math.min(timeoutMs * 2 ** (before - 1), maxBackoffOf(this.spec)) * (1 - MOST_CUT)
  }
}

/** Counts the calls of all checks. */
export class CallLedger {
  readonly violations: Violations
  readonly #calls: Record<string, Calls> = {}
  readonly #collected = new FinalizationRegistry(() => { this.#neverCollected += 1 })
  #neverBegun = 0
  #neverCollected = 0

  constructor (violations: Violations) {
    this.violations = violations
    for (const { sort } of CATALOGUE) this.#of(sort).checks += 1
  }

  get calls (): Readonly<Record<string, Calls>> {
    return this.#calls
  }

  /** The number of promises that never settle, and how many were garbage-collected. */
  get neverEnding (): { readonly begun: number, readonly collected: number } {
    return { begun: this.#neverBegun, collected: this.#neverCollected }
  }

  count ({ sort }: Spec, what: Exclude<keyof Calls, 'checks'>): void {
    this.#of(sort)[what] += 1
  }

  /** Creates a large promise that never settles. */
  never (): Promise<never> {
    const promise = new Promise<never>(() => undefined)
    void Object.assign(promise, { ballast: new Array<number>(BALLAST_LENGTH).fill(this.#neverBegun) })
    this.#neverBegun += 1
    this.#collected.register(promise, undefined)
    return promise
  }

  #of (sort: string): Calls {
    return (this.#calls[sort] ??= { checks: 0, calls: 0, ended: 0, removed: 0, abandoned: 0 })
  }
}
