import { systemClock } from '../../base/clock.js'
import type { CheckContext } from '../../health/check/attempt.js'

/** What a ready-made check takes of its timeout: the rest is for saying what it has waited for. */
const SHARE = 0.9

/** A time that is over a little before the check's own is: what then still goes on is given up, and said to be why. */
export class TimeLimit {
  /** In milliseconds. */
  readonly ms: number
  /** Aborted when the time is over, and when the run is. */
  readonly signal: AbortSignal

  private constructor (ms: number, signal: AbortSignal) {
    this.ms = ms
    this.signal = signal
  }

  /** Runs work within the limit of a run of a check. The timer is gone once the work has ended. */
  static async of<T> ({ signal, timeout }: Pick<CheckContext, 'signal' | 'timeout'>, work: (limit: TimeLimit) => Promise<T>): Promise<T> {
    const ms = Math.max(1, Math.floor(timeout * SHARE))
    const controller = new AbortController()
    const abort = (): void => controller.abort(new Error(`not done within ${ms} ms`))
    const cancel = systemClock.after(ms, abort)
    // Not with AbortSignal.any, which keeps what it makes in memory before Node 26.
    if (signal.aborted) abort()
    else signal.addEventListener('abort', abort, { once: true })
    try {
      return await work(new TimeLimit(ms, controller.signal))
    } finally {
      cancel()
      signal.removeEventListener('abort', abort)
    }
  }

  /**
   * Waits for work that has no time limit of its own. Rejects when the time is over; the work goes on.
   *
   * @param timeoutMessage makes the message of that error. Default `no answer within N ms`.
   */
  async wait<T> (work: Promise<T>, timeoutMessage = (): string => `no answer within ${this.ms} ms`): Promise<T> {
    const { signal } = this
    return await new Promise<T>((resolve, reject) => {
      const giveUp = (): void => reject(new Error(timeoutMessage()))
      const end = (): void => {
        signal.removeEventListener('abort', giveUp)
        resolve(work)
      }
      work.then(end, end)
      if (signal.aborted) giveUp()
      else signal.addEventListener('abort', giveUp, { once: true })
    })
  }
}
