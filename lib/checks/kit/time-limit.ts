import { systemClock } from '../../base/clock.js'
import { derivedController } from '../../base/guarded-signal.js'
import { interruptible } from '../../base/interruptible.js'
import { onAbort } from '../../base/on-abort.js'
import type { CheckContext } from '../../health/check/check-function.js'

/** The share of the timeout that a ready-made check uses. The rest is left for reporting the cause of the wait. */
const SHARE = 0.9

/** A time limit that ends a little before the check's timeout, so that the check can report the cause of the wait. */
export class TimeLimit {
  /** The limit in milliseconds. */
  readonly ms: number
  /** Aborted when the time is over or the run ends. */
  readonly signal: AbortSignal

  readonly #endsAt: number

  private constructor (ms: number, signal: AbortSignal) {
    this.ms = ms
    this.signal = signal
    this.#endsAt = systemClock.now() + ms
  }

  /** The time that is left, in milliseconds. It is negative after the end. */
  get leftMs (): number {
    return this.#endsAt - systemClock.now()
  }

  /** Runs work with a limit made from a check's context. Clears the timer when the work ends. */
  static async of<T> (
    { signal, timeout }: Pick<CheckContext, 'signal' | 'timeout'>,
    work: (limit: TimeLimit) => Promise<T>
  ): Promise<T> {
    const ms = Math.max(1, Math.floor(timeout * SHARE))
    const controller = derivedController(signal)
    const abort = (): void => controller.abort(new Error(`not done within ${ms} ms`))
    const cancel = systemClock.after(ms, abort)
    const stopListening = onAbort(signal, abort)
    if (signal.aborted) abort()
    try {
      return await work(new TimeLimit(ms, controller.signal))
    } finally {
      cancel()
      stopListening()
    }
  }

  /**
   * Waits for work that has no time limit of its own. Rejects when the time is over; the work goes on.
   *
   * @param timeoutMessage makes the message of that error. Default `no answer within N ms`.
   */
  async wait<T> (work: Promise<T>, timeoutMessage = (): string => `no answer within ${this.ms} ms`): Promise<T> {
    return await interruptible(work, ({ reject }) => {
      const giveUp = (): void => reject(new Error(timeoutMessage()))
      if (this.signal.aborted) giveUp()
      return onAbort(this.signal, giveUp)
    })
  }
}
