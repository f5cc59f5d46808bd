import type { CheckFunction } from '../../../health/check/check-function.js'
import type { FailureStatus } from '../../../health/check/options.js'
import { readyMade } from '../../kit/ready-made.js'
import { CheckFailure } from '../../kit/result.js'
import { readyMadeOptions } from '../../kit/ready-made-options.js'
import { failureStatus } from '../../kit/rules.js'
import { clientFrom } from '../client-source.js'
import type { ClientSource } from '../client-source.js'
import { isCircuitBreaker, readingOf } from './breaker.js'
import type { CircuitBreaker } from './breaker.js'
import { CIRCUIT_BREAKER_MISTAKES } from './circuit-breaker-mistakes.js'

export type { CircuitBreaker } from './breaker.js'

/**
 * The options of `circuitBreaker()`.
 *
 * @see `docs/ready-made-checks.md#circuitbreaker`
 */
export interface CircuitBreakerOptions {
  /**
   * The status until a trial request has closed the circuit again.
   *
   * @default 'DEGRADED'
   * @example { whenOpen: 'OUT_OF_SERVICE' }
   * @see `docs/ready-made-checks.md#circuitbreaker`
   */
  readonly whenOpen?: FailureStatus | undefined
}

/** The options with their defaults. */
interface CircuitBreakerSettings {
  readonly whenOpen: FailureStatus
}

const CLIENT_TYPE = {
  check: 'circuitBreaker',
  description: 'a CircuitBreaker of opossum, a CircuitBreakerPolicy of cockatiel, or a function that returns one',
  is: isCircuitBreaker,
  mistakes: CIRCUIT_BREAKER_MISTAKES
}

const readOptions = readyMadeOptions<CircuitBreakerSettings>('breaker', { whenOpen: failureStatus('DEGRADED') })

/**
 * Makes a check of a circuit breaker, which sends no request: `DEGRADED` while the circuit is open or half open.
 *
 * @param breaker a `CircuitBreaker` of opossum, a `CircuitBreakerPolicy` of cockatiel, or a function that returns it
 * @throws FST_MANAGEMENT_CLIENT_INVALID, FST_MANAGEMENT_OPTION_INVALID
 * @example fastify.management.addCheck('health', 'payments', circuitBreaker(breaker))
 * @see `docs/ready-made-checks.md#circuitbreaker`
 */
export function circuitBreaker (
  breaker: ClientSource<CircuitBreaker>, options: CircuitBreakerOptions = {}
): CheckFunction {
  const current = clientFrom(breaker, CLIENT_TYPE)
  const { whenOpen } = readOptions(options, 'circuitBreaker')
  return readyMade(({ details }) => {
    const { state, cause, ...others } = readingOf(current())
    Object.assign(details, { state, ...others })
    if (state === 'shut down') throw new Error('the circuit breaker is shut down, so it runs no request')
    if (state === 'closed' || state === 'disabled') return
    throw new CheckFailure(whenOpen, `the circuit is ${state}`, {}, { cause })
  })
}
