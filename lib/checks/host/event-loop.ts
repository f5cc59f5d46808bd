import { outsideRequests } from '../../base/async-context.js'
import { systemClock } from '../../base/clock.js'
import type { Clock } from '../../base/clock.js'
import { LIFE } from '../../health/check/check-function.js'
import type { CheckFunction, LivingContext } from '../../health/check/check-function.js'
import { delay, withDefault } from '../../base/rules.js'
import { Lives } from '../kit/lives.js'
import { readyMadeOptions } from '../kit/ready-made-options.js'
import { share } from '../kit/rules.js'
import { toCheckResult } from '../kit/result.js'
import type { Details } from '../kit/result.js'
import { LoopMeter } from './loop-meter.js'
import type { LoopReading, Meter } from './loop-meter.js'

/**
 * The options of `eventLoop()`.
 *
 * @see `docs/ready-made-checks.md#eventloop`
 */
export interface EventLoopOptions {
  /**
   * The largest 99th percentile of the event-loop delay, in milliseconds.
   *
   * @default 1_000
   * @example { maxDelay: 250 }
   * @see `docs/ready-made-checks.md#eventloop`
   */
  readonly maxDelay?: number | undefined
  /**
   * The largest share of the time in which the loop is busy, from 0 to 1.
   *
   * @default no limit
   * @example { maxUtilization: 0.95 }
   * @see `docs/ready-made-checks.md#eventloop`
   */
  readonly maxUtilization?: number | undefined
}

/** The meter and clock of `eventLoop`. */
export interface EventLoopDependencies {
  readonly startMeter: () => Meter
  readonly clock: Pick<Clock, 'inBackground' | 'now'>
}

interface EventLoopSettings {
  readonly maxDelay: number
  readonly maxUtilization: number | undefined
}

/** Measuring stops after this time without a run. */
const IDLE_AFTER_MS = 10 * 60_000

/** All runs within this time share a reading, because a shorter measurement is not reliable. */
const FRESH_MS = 1_000

const readOptions = readyMadeOptions<EventLoopSettings>('', {
  maxDelay: withDefault(delay, 1_000),
  maxUtilization: withDefault(share, undefined)
})

/**
 * Makes a check of the event loop's delay and utilization between its previous run and this run.
 *
 * @throws FST_MANAGEMENT_OPTION_INVALID
 * @example
 * fastify.management.addCheck('readiness', 'event-loop', eventLoop({ maxDelay: 250 }), { interval: 5_000 })
 * @see `docs/ready-made-checks.md#eventloop`
 * @see https://nodejs.org/api/perf_hooks.html#perf_hooksmonitoreventloopdelayoptions
 */
export function eventLoop (options: EventLoopOptions = {}): CheckFunction {
  return eventLoopWith({ startMeter: () => new LoopMeter(), clock: systemClock }, options)
}

/** Makes the check with another meter and clock, for tests. */
export function eventLoopWith (dependencies: EventLoopDependencies, options: EventLoopOptions): CheckFunction {
  const settings = readOptions(options, 'eventLoop')
  const monitor = new LoopMonitor(dependencies)
  return async function checkEventLoop (context?: Partial<LivingContext>) {
    const details: Details = {}
    return await toCheckResult(details, () => {
      const reading = monitor.read(context?.[LIFE])
      Object.assign(details, reading, { maxDelayMs: settings.maxDelay, maxUtilization: settings.maxUtilization })
      if (reading !== undefined) assertWithinLimits(reading, settings)
    })
  }
}

/** Runs a meter while checks use it and run regularly. */
class LoopMonitor {
  readonly #dependencies: EventLoopDependencies
  #meter: Meter | undefined
  #last: LoopReading | undefined
  #lastAt = -Infinity
  #cancelStop = (): void => undefined
  readonly #lives = new Lives(() => this.#stop())

  constructor (dependencies: EventLoopDependencies) {
    this.#dependencies = dependencies
  }

  /**
   * Returns the measurements since the previous read. Two reads within a second (of two probes, for example) return the
   * same reading, so the second read does not report a recovery.
   */
  read (life: AbortSignal | undefined): LoopReading | undefined {
    const { clock, startMeter } = this.#dependencies
    if (life?.aborted === true) return undefined
    if (life !== undefined) this.#lives.follow(life)
    const meter = this.#meter ??= outsideRequests(startMeter)
    this.#cancelStop()
    this.#cancelStop = clock.inBackground(IDLE_AFTER_MS, () => this.#stop())
    const now = clock.now()
    if (now - this.#lastAt >= FRESH_MS) this.#take(meter, now)
    return this.#last
  }

  #take (meter: Meter, now: number): void {
    const reading = meter.take()
    if (reading === undefined) return
    this.#last = reading
    this.#lastAt = now
  }

  #stop (): void {
    this.#cancelStop()
    this.#meter?.stop()
    this.#meter = this.#last = undefined
    this.#lastAt = -Infinity
  }
}

function assertWithinLimits (
  { delayMs: { p99 }, utilization }: LoopReading, { maxDelay, maxUtilization = 1 }: EventLoopSettings
): void {
  const problems = []
  if (p99 > maxDelay) problems.push(`the event loop was ${p99} ms late, expected at most ${maxDelay}`)
  if (utilization > maxUtilization) {
    problems.push(`the event loop was busy for ${utilization} of the time, expected at most ${maxUtilization}`)
  }
  if (problems.length > 0) throw new Error(problems.join('; '))
}
