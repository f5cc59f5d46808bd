import { describe, reasonOf } from '../base/describe.js'
import type { Logger } from '../base/logger.js'
import { logSafely } from '../base/safe-log.js'
import { hasMethods } from '../base/type-guards.js'
import { ProcessSignals } from './process-signals.js'
import type { SignalledApp } from './process-signals.js'

/**
 * The name under which all copies of this package in a process find the signals: two versions in a dependency tree, a
 * bundle beside an installed copy, or a module that a test runner loads again.
 *
 * The number is the version of the protocol. A later copy may add fields to `SharedSignals` and `SignalledApp`, and
 * every copy ignores fields that it does not know. A copy that changes the meaning of a field needs a new number, and
 * must serve this number too.
 */
export const SHARED_SIGNALS = Symbol.for('fastify-management-endpoints.signals.1')

/** The value under that name. The first copy of the package in a process puts it there and serves all others. */
export interface SharedSignals {
  /** Adds an app that shuts down at a signal. */
  readonly join: (app: SignalledApp) => void
  /** Removes an app. The process exits with the last app, with code 1 if one left with `isClean` false. */
  readonly leave: (app: SignalledApp, isClean?: boolean) => void
}

/** The parts of a process that hold the shared signals. */
export interface SignalsHost {
  [SHARED_SIGNALS]?: unknown
  listenerCount (signal: string): number
}

/** Puts process signals into the form that other copies expect. */
export function sharing (signals: ProcessSignals): SharedSignals {
  return Object.freeze<SharedSignals>({
    join: (app) => signals.join(app),
    leave: (app, isClean) => signals.leave(app, isClean)
  })
}

/** The signals of this copy of the package. All copies use them if this copy is the first in the process. */
const OWN = sharing(new ProcessSignals(process))

/**
 * Returns the signals of the process for one app. All copies of the package have the same signals. If the signals of
 * another copy do not work, the app uses the signals of its own copy, and logs a warning.
 *
 * @param host `process`, except in tests
 */
export function sharedSignals (log: Logger, host: SignalsHost = process, own: SharedSignals = OWN): SharedSignals {
  let joined = own
  return {
    join (app) {
      try {
        joined = signalsIn(host, own)
        joined.join(app)
        assertHandled(host, app)
      } catch (error) {
        logSafely(log, 'warn', {}, `${reasonOf(error)}: the process may exit before apps of other copies have closed`)
        joined = own
        own.join(app)
      }
    },
    leave (app, isClean) {
      try {
        joined.leave(app, isClean)
      } catch (error) {
        logSafely(log, 'error', { err: error }, 'the process cannot exit by itself: another copy of the package fails')
      }
    }
  }
}

/** Finds the signals of the first copy, or makes the own signals the first. Throws if other code has the name. */
function signalsIn (host: SignalsHost, own: SharedSignals): SharedSignals {
  const found = host[SHARED_SIGNALS]
  if (found === undefined) {
    Object.defineProperty(host, SHARED_SIGNALS, { value: own, configurable: true })
    return own
  }
  if (isSharedSignals(found)) return found
  throw new Error(`process[${String(SHARED_SIGNALS)}] must have the methods join and leave, got ${describe(found)}`)
}

function isSharedSignals (value: unknown): value is SharedSignals {
  return hasMethods(value, 'join', 'leave')
}

/** A copy that handles no signal would leave the app without a shutdown. */
function assertHandled (host: SignalsHost, { signals }: SignalledApp): void {
  const ignored = signals.find((signal) => host.listenerCount(signal) === 0)
  if (ignored !== undefined) throw new Error(`process[${String(SHARED_SIGNALS)}].join() did not handle ${ignored}`)
}
