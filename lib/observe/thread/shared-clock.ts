import { systemClock } from '../../base/clock.js'
import type { Clock } from '../../base/clock.js'

/** A clock that shows the same time in all threads of a process. `performance.now()` starts at 0 in each thread. */
export const sharedClock: Clock = {
  ...systemClock,
  now () {
    const [seconds, nanoseconds] = process.hrtime()
    return seconds * 1_000 + nanoseconds / 1e6
  }
}
