import { hasMethods, isFunction, isRecord } from '../../../base/type-guards.js'
import type { WrongClient } from '../wrong-client.js'

/** Objects that users pass to `circuitBreaker` by mistake. */
export const CIRCUIT_BREAKER_MISTAKES: readonly WrongClient[] = [
  {
    name: 'the module cockatiel',
    is: (value) => isRecord(value) && isFunction(value['circuitBreaker']),
    remedy: 'pass the policy that circuitBreaker() returns'
  },
  {
    name: 'another policy',
    is: (value) => hasMethods(value, 'execute', 'onFailure'),
    remedy: 'pass the policy that circuitBreaker() of cockatiel has returned'
  }
]
