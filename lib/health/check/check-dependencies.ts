import type { Clock } from '../../base/clock.js'
import type { Logger } from '../../base/logger.js'
import type { Kind } from '../kind.js'
import type { CheckObserver } from './check-observer.js'

/** The parts that a check needs. */
export interface CheckDependencies {
  readonly clock: Clock
  readonly log: Logger
  readonly observer: CheckObserver
  /** Returns the kinds for which the check still runs. */
  readonly runningKinds: () => Iterable<Kind>
}
