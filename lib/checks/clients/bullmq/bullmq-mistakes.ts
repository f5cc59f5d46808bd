import { hasMethods, isFunction, isRecord } from '../../../base/type-guards.js'
import type { WrongClient } from '../wrong-client.js'

/** Objects that users pass to `bullmq` by mistake. */
export const BULLMQ_MISTAKES: readonly WrongClient[] = [
  {
    name: 'a Worker of BullMQ',
    is: (value) => hasMethods(value, 'isRunning', 'waitUntilReady'),
    remedy: 'pass a Queue of the same name, and use progress() for the worker'
  },
  {
    name: 'QueueEvents or a FlowProducer of BullMQ',
    is: (value) => hasMethods(value, 'waitUntilReady', 'close', 'disconnect'),
    remedy: 'pass a Queue of the same name'
  },
  {
    name: 'a Queue of Bull',
    is: (value) => hasMethods(value, 'isReady', 'process', 'getJob'),
    remedy: 'use redis(queue.client), or move to BullMQ'
  },
  {
    name: 'a client of Redis',
    is: (value) => hasMethods(value, 'ping', 'info', 'get'),
    remedy: 'use redis(), or pass the Queue that uses the client'
  },
  {
    name: 'the module bullmq',
    is: (value) => isRecord(value) && isFunction(value['Queue']),
    remedy: 'pass the queue that new Queue() returns'
  }
]
