import { CATALOGUE, backsOffAlways, maxBackoffOf } from './catalogue.js'
import type { Spec } from './catalogue.js'
import type { Calls } from './protocol.js'
import type { Violations } from './violations.js'

/** A wait is cut by this much at most. */
const MOST_CUT = 0.15

/** Timers of Node.js count whole milliseconds of the loop's own clock. */
const TIMER_SLACK_MS = 3

/** So much hangs on each call that never ends, that a few hundred which are kept by mistake cannot be overlooked. */
const BALLAST_LENGTH = 10_000

/** One call of a check's function. */
export class Call {
  readonly number: number
  readonly startedAt = performance.now()
  readonly #tenure: Tenure
  #endedAt: number | undefined
  #signal: AbortSignal | undefined

  constructor (tenure: Tenure, number: number) {
    this.#tenure = tenure
    this.number = number
  }

  get isOver (): boolean {
    return this.#endedAt !== undefined
  }

  /** How long it took, or takes. */
  get durationMs (): number {
    return (this.#endedAt ?? performance.now()) - this.startedAt
  }

  /** Whether it was given a signal that should be aborted once nobody waits for it, and is not. */
  get isUntold (): boolean {
    return this.#signal?.aborted === false
  }

  /** Says that the function has looked at its signal. */
  look (signal: AbortSignal): AbortSignal {
    this.#signal = signal
    return signal
  }

  /** Says that the function comes to its end now, and gives back what it comes to. */
  end <T> (value: T): T {
    if (!this.isOver) this.#tenure.ended(value)
    this.#endedAt ??= performance.now()
    return value
  }

  never (): Promise<never> {
    return this.#tenure.never()
  }
}

/** A check for as long as it stands under its name, with what must be true of its calls. */
export class Tenure {
  readonly spec: Spec
  readonly #ledger: Ledger
  #calls = 0
  #last: Call | undefined
  #isOver = false
  #streak = { passes: true, length: 0 }

  constructor (spec: Spec, ledger: Ledger) {
    this.spec = spec
    this.#ledger = ledger
  }

  get calls (): number {
    return this.#calls
  }

  /** How many calls in a row have said the same. */
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

  /** The check has been removed, or the app has been closed: from now on nobody may call it. */
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
    if (this.#isOver) violations.add('no call after the end', `${name} was called after it had been removed, or the app closed`)
    if (this.#last === undefined) return
    this.#leave(this.#last)
    const gapMs = call.startedAt - this.#last.startedAt
    if (this.#isLive(this.#last)) violations.add('one at a time', `${name} was called again ${gapMs.toFixed(1)} ms after a call that lives`)
    const leastMs = this.#leastGap()
    if (gapMs < leastMs - TIMER_SLACK_MS) violations.add('back-off', `${name}: call ${call.number} came ${gapMs.toFixed(1)} ms after the one before, not ${leastMs.toFixed(1)} ms`)
  }

  /** Counts a call that nobody waits for any more. */
  #leave (call: Call): void {
    if (call.durationMs >= this.spec.timeoutMs - TIMER_SLACK_MS) this.#ledger.count(this.spec, 'abandoned')
    else if (!call.isOver) this.#ledger.count(this.spec, 'removed')
    if (!call.isOver && call.isUntold) this.#ledger.violations.add('signal', `${this.spec.name}: nobody waits for call ${call.number}, and its signal is not aborted`)
  }

  #isLive (call: Call): boolean {
    return !call.isOver && call.durationMs < this.spec.timeoutMs - TIMER_SLACK_MS
  }

  /** How long after one call began the next may begin at the earliest. */
  #leastGap (): number {
    const { sort, timeoutMs, options: { ttl = 0 } } = this.spec
    if (!backsOffAlways(sort)) return ttl
    const before = this.#calls - 1
    return timeoutMs + Math.min(timeoutMs * 2 ** (before - 1), maxBackoffOf(this.spec)) * (1 - MOST_CUT)
  }
}

/** Counts the calls of all checks. */
export class Ledger {
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

  /** The promises that can never settle: how many were made, and of how many nothing is left. */
  get neverEnding (): { readonly begun: number, readonly collected: number } {
    return { begun: this.#neverBegun, collected: this.#neverCollected }
  }

  count ({ sort }: Spec, what: Exclude<keyof Calls, 'checks'>): void {
    this.#of(sort)[what] += 1
  }

  /** A promise that never settles. Whoever keeps it keeps something large. */
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
