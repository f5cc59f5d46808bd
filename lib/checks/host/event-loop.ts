import { systemClock } from '../../base/clock.js'
import type { Clock } from '../../base/clock.js'
import type { CheckFunction } from '../../health/check/attempt.js'
import { delay, optionsOf, withDefault } from '../../base/rules.js'
import { share } from '../kit/rules.js'
import { toCheckResult } from '../kit/result.js'
import type { Details } from '../kit/result.js'
import { LoopMeter } from './loop-meter.js'
import type { LoopReading, Meter } from './loop-meter.js'

/** How late and how busy the event loop may be. */
export interface EventLoopOptions {
  /** The most that the delay may be that was exceeded for one hundredth of the time, in milliseconds. Default 1,000. */
  readonly maxDelay?: number | undefined
  /** The most of the time that the loop may be busy, from 0 to 1. Default none. */
  readonly maxUtilization?: number | undefined
}

/** What `eventLoop` measures with. */
export interface EventLoopSurroundings {
  readonly startMeter: () => Meter
  readonly clock: Pick<Clock, 'inBackground' | 'now'>
}

interface EventLoopSettings {
  readonly maxDelay: number
  readonly maxUtilization: number | undefined
}

/** After so long without a look, in milliseconds, nobody looks any more: the app may have been closed. */
const IDLE_AFTER_MS = 10 * 60_000

/** For so long, in milliseconds, a reading is given to all who look: what is measured within less says little. */
const FRESH_MS = 1_000

const readOptions = optionsOf<EventLoopSettings>({
  maxDelay: withDefault(delay, 1_000),
  maxUtilization: withDefault(share, undefined)
})

/**
 * Makes a check of the event loop's delay and utilization. It is `DOWN` where, from one run to the next, the delay that was exceeded
 * for one hundredth of the time or the utilization was over the limit. The first run, of which there is nothing measured, passes,
 * and one within a second of another sees the same. Asked less often than every ten minutes it measures nothing: so long after a
 * run the measuring stops. While the loop is blocked no check can run: that shows in the timeout of who asks.
 *
 * For readiness, so that an app under too much load gets no more requests for a while. For liveness only with limits that
 * a healthy app never reaches: a load that is merely high must not restart it.
 *
 * @throws FST_MANAGEMENT_OPTION_INVALID
 * @example
 * fastify.management.addCheck('readiness', 'event-loop', eventLoop({ maxDelay: 250 }))
 * @see https://nodejs.org/api/perf_hooks.html#perf_hooksmonitoreventloopdelayoptions
 */
export function eventLoop (options: EventLoopOptions = {}): CheckFunction {
  return eventLoopOf({ startMeter: () => new LoopMeter(), clock: systemClock }, options)
}

/** Makes the check with other instruments. */
export function eventLoopOf (surroundings: EventLoopSurroundings, options: EventLoopOptions): CheckFunction {
  const settings = readOptions(options, 'eventLoop')
  const watch = new LoopWatch(surroundings)
  return async function checkEventLoop () {
    const facts: Details = {}
    return await toCheckResult(facts, () => {
      const reading = watch.look()
      Object.assign(facts, reading, { maxDelayMs: settings.maxDelay, maxUtilization: settings.maxUtilization })
      if (reading !== undefined) judge(reading, settings)
    })
  }
}

/** A meter that runs while somebody looks at it. */
class LoopWatch {
  readonly #surroundings: EventLoopSurroundings
  #meter: Meter | undefined
  #last: LoopReading | undefined
  #lastAt = -Infinity
  #cancelStop = (): void => undefined

  constructor (surroundings: EventLoopSurroundings) {
    this.#surroundings = surroundings
  }

  /** What was measured since the look before. Two looks in a row, of two probers perhaps, see the same: the second is no recovery. */
  look (): LoopReading | undefined {
    const { clock, startMeter } = this.#surroundings
    const meter = this.#meter ??= startMeter()
    this.#cancelStop()
    this.#cancelStop = clock.inBackground(IDLE_AFTER_MS, () => this.#stop(meter))
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

  #stop (meter: Meter): void {
    meter.stop()
    this.#meter = this.#last = undefined
    this.#lastAt = -Infinity
  }
}

function judge ({ delayMs: { p99 }, utilization }: LoopReading, { maxDelay, maxUtilization = 1 }: EventLoopSettings): void {
  const excesses = [
    ...(p99 > maxDelay ? [`the event loop was ${p99} ms late, expected at most ${maxDelay}`] : []),
    ...(utilization > maxUtilization ? [`the event loop was busy for ${utilization} of the time, expected at most ${maxUtilization}`] : [])
  ]
  if (excesses.length > 0) throw new Error(excesses.join('; '))
}
