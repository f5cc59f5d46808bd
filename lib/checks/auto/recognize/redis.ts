import { peek, peekKeys, peekMethods } from '../../../base/passive.js'
import type { RedisClient } from '../../clients/redis/redis.js'
import type { Recognizer } from '../recognizer.js'

/** A client, a cluster or a pool of ioredis or node-redis, and the decorator of `@fastify/redis`. */
export const redisRecognizer: Recognizer = {
  type: 'redis',
  decorators: { redis: 'redis' },
  // The classes of ioredis and iovalkey have the constructor of another class, except Commander.
  classes: ['Commander', 'RedisClient', 'RedisClientPool', 'RedisCluster', 'RedisSentinel'],
  fits: (value) => peekMethods(value, 'get', 'set', 'on', 'listenerCount') &&
    (peekMethods(value, 'ping') || peekMethods(value, 'setRange')) &&
    (typeof peek(value, 'status') === 'string' || peekKeys(value, 'isOpen')),
  async fitsDecorator () {
    const { isRedis } = await import('../../clients/redis/redis-client.js')
    return isRedis
  },
  async load () {
    const { redis } = await import('../../clients/redis/redis.js')
    return (client) => redis(client as RedisClient)
  }
}
