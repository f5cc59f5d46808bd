import type { Clock } from '../../base/clock.js'
import { Schedule } from './schedule.js'

/** Jitter: delays a retry that is due already by up to this time in milliseconds. Replicas then do not run in step. */
const MAX_JITTER_MS = 500

/** Retries stop after this time in milliseconds without a probe. They do not stop for a check with an interval. */
const IDLE_AFTER_MS = 60_000

/**
 * The runs of a check that no probe causes: the schedule of its interval, and a retry after a timeout. It is off until
 * the app is ready. The timers do not keep the process alive.
 */
export class Background {
  readonly #schedule: Schedule | undefined
  readonly #run: (now: number) => Promise<unknown>
  readonly #clock: Clock
  #isOn = false
  #probedAt = -Infinity
  /** Created when a check first reads it. */
  #life: AbortController | undefined
  #isOver = false
  #cancelTimer = (): void => undefined

  /** The run must not reject. */
  constructor (intervalMs: number, run: (now: number) => Promise<unknown>, clock: Clock) {
    const work = async (): Promise<unknown> => await run(clock.now())
    this.#schedule = intervalMs > 0 ? new Schedule(intervalMs, work, clock) : undefined
    this.#run = run
    this.#clock = clock
  }

  get isOn (): boolean {
    return this.#isOn
  }

  /** Aborts when the background is turned off. A check then stops all work between its runs. */
  get life (): AbortSignal {
    this.#life ??= new AbortController()
    if (this.#isOver) this.#life.abort()
    return this.#life.signal
  }

  /** Turns retries on. The first run of the schedule follows with `beginSchedule`. */
  turnOn (): void {
    this.#isOn = true
    if (this.#isOver) this.#life = undefined
    this.#isOver = false
  }

  beginSchedule (): void {
    this.#schedule?.start()
  }

  turnOff (): void {
    this.#isOn = false
    this.#schedule?.stop()
    this.cancelRetry()
    this.#isOver = true
    this.#life?.abort()
  }

  /** Call this at each probe. */
  probed (now: number): void {
    this.#probedAt = now
  }

  /** Runs the check once at a time, instead of at the time given before. */
  retryAt (time: number): void {
    if (!this.#isOn) return
    this.cancelRetry()
    const leftMs = time - this.#clock.now()
    const delayMs = leftMs > 0 ? leftMs : MAX_JITTER_MS * this.#clock.random()
    this.#cancelTimer = this.#clock.inBackground(delayMs, () => this.#retry(time))
  }

  cancelRetry (): void {
    this.#cancelTimer()
  }

  #retry (time: number): void {
    // A timer can fire up to a millisecond early.
    const now = Math.max(time, this.#clock.now())
    const isIdle = this.#schedule === undefined && now - this.#probedAt > IDLE_AFTER_MS
    if (!isIdle) void this.#run(now)
  }
}
