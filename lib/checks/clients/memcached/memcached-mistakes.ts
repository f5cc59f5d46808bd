import { hasMethods, isFunction, isRecord } from '../../../base/type-guards.js'
import type { WrongClient } from '../wrong-client.js'

/** Objects that users pass to `memcached` by mistake. */
export const MEMCACHED_MISTAKES: readonly WrongClient[] = [
  {
    name: 'the module memjs',
    is: (value) => isRecord(value) && isFunction(value['Client']) && isFunction(value['Server']),
    remedy: 'pass the client that Client.create() returns'
  },
  {
    name: 'a Keyv or one of its stores',
    is: (value) => hasMethods(value, 'get', 'set', 'clear') && isRecord(value) && 'opts' in value,
    remedy: 'pass the client of the store, for example keyv.store.client'
  }
]
