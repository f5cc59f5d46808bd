import { hasMethods, isRecord } from '../../../base/type-guards.js'
import type { WrongClient } from '../wrong-client.js'

/** Objects that users pass to `redis` by mistake. */
export const REDIS_MISTAKES: readonly WrongClient[] = [
  {
    name: 'a Queue, Worker or FlowProducer of BullMQ',
    is: (value) => hasMethods(value, 'waitUntilReady', 'close', 'disconnect'),
    remedy: 'pass the ioredis client that it has got as "connection"'
  },
  {
    name: 'a Queue of Bull',
    is: (value) => hasMethods(value, 'isReady', 'process', 'getJob'),
    remedy: 'pass queue.client'
  },
  {
    name: 'a pool of generic-pool',
    is: (value) => hasMethods(value, 'acquire', 'release', 'drain'),
    remedy: 'pass a client, or a pool of node-redis that was made with createClientPool()'
  },
  {
    name: 'a Keyv or one of its stores',
    is: (value) => hasMethods(value, 'get', 'set', 'clear', 'disconnect') && isRecord(value) && 'opts' in value,
    remedy: 'pass the client of the store, for example keyv.store.client'
  },
  {
    name: 'a rate limiter',
    is: (value) => hasMethods(value, 'consume', 'penalty', 'reward'),
    remedy: 'pass the client that it has got as "storeClient"'
  },
  {
    name: 'a transaction or a pipeline',
    is: (value) => hasMethods(value, 'exec'),
    remedy: 'pass the client that has made it'
  },
  {
    name: 'a client of node-redis with callbacks',
    is: (value) => hasMethods(value, 'ping', 'info', 'sendCommand') && !hasMethods(value, 'on'),
    remedy: 'pass the client whose legacy() has made it'
  },
  {
    name: 'a client of node-redis 3 or older',
    is: (value) => hasMethods(value, 'ping', 'internal_send_command'),
    remedy: 'pass a client of node-redis 4 or newer'
  },
  {
    name: 'the module of node-redis',
    is: (value) => hasMethods(value, 'createClient'),
    remedy: 'pass the client that createClient() returns'
  },
  {
    name: 'the module of ioredis',
    is: (value) => isRecord(value) && typeof value['Cluster'] === 'function',
    remedy: 'pass the client that new Redis() returns'
  }
]
