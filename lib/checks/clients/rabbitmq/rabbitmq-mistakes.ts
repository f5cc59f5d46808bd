import { hasMethods, isFunction, isRecord } from '../../../base/type-guards.js'
import type { WrongClient } from '../wrong-client.js'

/** Objects that users pass to `rabbitmq` by mistake. */
export const RABBITMQ_MISTAKES: readonly WrongClient[] = [
  {
    name: 'a channel of amqplib',
    is: (value) => hasMethods(value, 'assertQueue', 'consume', 'sendToQueue') && !hasMethods(value, 'waitForConnect'),
    remedy: 'pass the connection that has made it'
  },
  {
    name: 'a ChannelWrapper of amqp-connection-manager',
    is: (value) => hasMethods(value, 'addSetup', 'waitForConnect'),
    remedy: 'pass the manager that connect() has returned'
  },
  {
    name: 'a Connection of rabbitmq-client',
    is: (value) => hasMethods(value, 'createConsumer', 'createPublisher'),
    remedy: 'the check supports amqplib only; write a check with connection.onConnect()'
  },
  {
    name: 'the module amqplib',
    is: (value) => isRecord(value) && isFunction(value['connect']) && !hasMethods(value, 'createChannel'),
    remedy: 'pass the connection that connect() resolves with'
  }
]
