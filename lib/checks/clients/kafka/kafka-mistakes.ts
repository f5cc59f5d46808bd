import { hasMethods, isFunction, isRecord } from '../../../base/type-guards.js'
import type { WrongClient } from '../wrong-client.js'

/** Objects that users pass to `kafka` by mistake. */
export const KAFKA_MISTAKES: readonly WrongClient[] = [
  {
    name: 'an admin client, a producer or a consumer',
    is: (value) => hasMethods(value, 'connect', 'disconnect') &&
      ['fetchTopicMetadata', 'sendBatch', 'subscribe', 'getMetadata'].some((name) => hasMethods(value, name)),
    remedy: 'pass the Kafka that has made it, because the check opens a connection of its own'
  },
  {
    name: 'the module of a Kafka client',
    is: (value) => isRecord(value) && ['Kafka', 'KafkaJS', 'Admin'].some((name) =>
      isFunction(value[name]) || (isRecord(value[name]) && isFunction(value[name]['Kafka']))),
    remedy: 'pass the client that new Kafka() or new Admin() returns'
  }
]
