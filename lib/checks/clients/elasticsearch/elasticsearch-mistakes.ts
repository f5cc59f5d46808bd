import { hasMethods, isFunction, isRecord } from '../../../base/type-guards.js'
import type { WrongClient } from '../wrong-client.js'

/** Objects that users pass to `elasticsearch` by mistake. */
export const ELASTICSEARCH_MISTAKES: readonly WrongClient[] = [
  {
    name: 'a Transport',
    is: (value) => hasMethods(value, 'request', 'sniff'),
    remedy: 'pass the Client that it belongs to'
  },
  {
    name: 'the API of a cluster',
    is: (value) => hasMethods(value, 'health', 'state', 'reroute'),
    remedy: 'pass the Client that it belongs to'
  },
  {
    name: 'a module',
    is: (value) => isRecord(value) && isFunction(value['Client']),
    remedy: 'pass the client that new Client() returns'
  }
]
