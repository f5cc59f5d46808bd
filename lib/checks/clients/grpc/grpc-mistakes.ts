import { hasMethods, isFunction, isRecord } from '../../../base/type-guards.js'
import type { WrongClient } from '../wrong-client.js'

/** Objects that users pass to `grpc` by mistake. */
export const GRPC_MISTAKES: readonly WrongClient[] = [
  {
    name: 'a channel',
    is: (value) => hasMethods(value, 'getConnectivityState', 'getTarget'),
    remedy: 'pass a client that uses it'
  },
  {
    name: 'a server',
    is: (value) => hasMethods(value, 'addService', 'bindAsync'),
    remedy: 'pass a client of another server'
  },
  {
    name: 'the module @grpc/grpc-js',
    is: (value) => isRecord(value) && isFunction(value['makeClientConstructor']),
    remedy: 'pass the client of your service'
  }
]
