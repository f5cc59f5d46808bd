import { hasMethods, isFunction, isRecord } from '../../../base/type-guards.js'
import type { WrongClient } from '../wrong-client.js'

const REMEDY = 'pass the NatsConnection that it was made with'

/** Objects that users pass to `nats` by mistake. */
export const NATS_MISTAKES: readonly WrongClient[] = [
  { name: 'a JetStreamManager', is: (value) => hasMethods(value, 'getAccountInfo', 'advisories'), remedy: REMEDY },
  { name: 'a JetStreamClient', is: (value) => hasMethods(value, 'jetstreamManager', 'publish'), remedy: REMEDY },
  {
    name: 'a subscription',
    is: (value) => hasMethods(value, 'unsubscribe', 'getSubject'),
    remedy: 'pass the NatsConnection that has made it'
  },
  {
    name: 'a module of nats.js',
    is: (value) => isRecord(value) && (isFunction(value['connect']) || isFunction(value['jetstream'])) &&
      !hasMethods(value, 'publish'),
    remedy: 'pass the NatsConnection that connect() resolves with'
  }
]
