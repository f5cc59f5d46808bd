import { hasMethods, isFunction } from '../../../base/type-guards.js'

/** The counts of opossum in its window, for example the last 10 s. */
interface OpossumStats {
  readonly fires: number
  readonly failures: number
  readonly timeouts: number
  readonly rejects: number
}

/** The parts of a `CircuitBreaker` of opossum that the check uses. */
export interface OpossumBreaker {
  readonly name: string
  /** A disabled breaker runs every request, whatever its circuit. */
  readonly enabled: boolean
  readonly opened: boolean
  readonly halfOpen: boolean
  readonly isShutdown: boolean
  readonly stats: OpossumStats
  fire (...args: never[]): Promise<unknown>
}

/** The parts of a `CircuitBreakerPolicy` of cockatiel that the check uses. */
export interface CockatielBreaker {
  /** A number of the enumeration `CircuitState`. */
  readonly state: number
  readonly lastFailure: object | undefined
  isolate (): unknown
}

/**
 * A `CircuitBreaker` of opossum, or a `CircuitBreakerPolicy` of cockatiel.
 *
 * @see `docs/ready-made-checks.md#circuitbreaker`
 */
export type CircuitBreaker = OpossumBreaker | CockatielBreaker

/** The state of a breaker, with other details. */
export interface BreakerReading {
  readonly state: string
  /** The error of the last request that failed, if the library keeps it. */
  readonly cause?: unknown
  readonly [detail: string]: unknown
}

/** The names of cockatiel's states, by their numbers. An isolated circuit is held open by hand. */
const STATES = ['closed', 'open', 'half open', 'isolated']

export function readingOf (breaker: CircuitBreaker): BreakerReading {
  return isOpossum(breaker) ? readingOfOpossum(breaker) : readingOfCockatiel(breaker)
}

function readingOfOpossum (breaker: OpossumBreaker): BreakerReading {
  const { name, stats: { fires, failures, timeouts, rejects } } = breaker
  const state = stateOfOpossum(breaker)
  return { state, name, fires, failures, timeouts, rejects }
}

function stateOfOpossum ({ enabled, opened, halfOpen, isShutdown }: OpossumBreaker): string {
  if (isShutdown) return 'shut down'
  if (!enabled) return 'disabled'
  return opened ? 'open' : halfOpen ? 'half open' : 'closed'
}

function readingOfCockatiel ({ state: number, lastFailure }: CockatielBreaker): BreakerReading {
  const state = STATES[number] ?? `in the unknown state ${number}`
  return { state, cause: lastFailure !== undefined && 'error' in lastFailure ? lastFailure.error : undefined }
}

function isOpossum (value: unknown): value is OpossumBreaker {
  return hasMethods(value, 'fire', 'open', 'close') && 'halfOpen' in value && 'isShutdown' in value
}

/** Whether `circuitBreaker` accepts a value. */
export function isCircuitBreaker (value: unknown): value is CircuitBreaker {
  return isOpossum(value) ||
    (hasMethods(value, 'isolate', 'execute') && 'onBreak' in value && isFunction(value.onBreak) && 'state' in value)
}
