import type { FastifyInstance } from 'fastify'
import type { } from '@fastify/mongodb'
import type { NatsConnection } from '@nats-io/transport-node'
import type { Channel, ChannelModel, RecoveringChannelModel } from 'amqplib'
import type { Connection } from 'amqplib/callback_api'
import type { Collection, Db, MongoClient } from 'mongodb'
import { mongodb } from '../lib/checks/clients/mongodb/mongodb.js'
import { nats } from '../lib/checks/clients/nats/nats.js'
import { rabbitmq } from '../lib/checks/clients/rabbitmq/rabbitmq.js'
import type { CheckFunction } from '../lib/index.js'

/** Accepted clients of MongoDB. */
export function right (fastify: FastifyInstance, client: MongoClient, db: Db): readonly CheckFunction[] {
  return [
    mongodb(client),
    mongodb(db),
    mongodb(fastify.mongo),
    mongodb(() => fastify.mongo['cats']),
    mongodb(() => client),
    mongodb(client, {}),
    mongodb(client, { writable: true, whenExhausted: 'DEGRADED' }),
    mongodb(client, { writable: undefined, whenExhausted: undefined })
  ]
}

/** Accepted connections of RabbitMQ and NATS. */
export function rightConnections (
  rabbit: ChannelModel,
  recovering: RecoveringChannelModel,
  callbacks: Connection,
  connection: NatsConnection
): readonly CheckFunction[] {
  let current: ChannelModel | undefined
  return [
    rabbitmq(rabbit),
    rabbitmq(recovering),
    rabbitmq(callbacks),
    rabbitmq(() => current),
    rabbitmq(rabbit, {}),
    rabbitmq(rabbit, { whenBlocked: 'OUT_OF_SERVICE' }),
    nats(connection),
    nats(() => connection)
  ]
}

/** Values that do not compile as clients of MongoDB. */
export function wrong (fastify: FastifyInstance, client: MongoClient, collection: Collection): void {
  // @ts-expect-error a collection is not a database
  mongodb(collection)
  // @ts-expect-error a promise is not a client
  mongodb(client.connect())
  // @ts-expect-error an address is not a client
  mongodb('mongodb://localhost')
  // @ts-expect-error the app is not a client
  mongodb(fastify)
  // @ts-expect-error a failure cannot be reported as UP
  mongodb(client, { whenExhausted: 'UP' })
  // @ts-expect-error unknown option
  mongodb(client, { whenBlocked: 'DOWN' })
}

/** Values that do not compile as connections of RabbitMQ and NATS. */
export function wrongConnections (rabbit: ChannelModel, channel: Channel, connection: NatsConnection): void {
  // @ts-expect-error a channel is not a connection
  rabbitmq(channel)
  // @ts-expect-error the inner connection is not a client
  rabbitmq(rabbit.connection)
  // @ts-expect-error a NATS connection is not a RabbitMQ connection
  rabbitmq(connection)
  // @ts-expect-error rabbitmq() has no option writable
  rabbitmq(rabbit, { writable: true })
  // @ts-expect-error a RabbitMQ connection is not a NATS connection
  nats(rabbit)
  // @ts-expect-error nats() has no options
  nats(connection, {})
}
