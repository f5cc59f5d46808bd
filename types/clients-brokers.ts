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

/** What an app has, as its drivers type it. */
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

export function rightConnections (rabbit: ChannelModel, recovering: RecoveringChannelModel, callbacks: Connection, connection: NatsConnection): readonly CheckFunction[] {
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

/** What it may mistake for that. */
export function wrong (fastify: FastifyInstance, client: MongoClient, collection: Collection): void {
  // @ts-expect-error a collection is no database
  mongodb(collection)
  // @ts-expect-error a promise is no client
  mongodb(client.connect())
  // @ts-expect-error an address is no client
  mongodb('mongodb://localhost')
  // @ts-expect-error nor is the app
  mongodb(fastify)
  // @ts-expect-error a failure is not shown as healthy
  mongodb(client, { whenExhausted: 'UP' })
  // @ts-expect-error no such option
  mongodb(client, { whenBlocked: 'DOWN' })
}

export function wrongConnections (rabbit: ChannelModel, channel: Channel, connection: NatsConnection): void {
  // @ts-expect-error a channel is no connection
  rabbitmq(channel)
  // @ts-expect-error nor is what is below it
  rabbitmq(rabbit.connection)
  // @ts-expect-error nor is one of NATS
  rabbitmq(connection)
  // @ts-expect-error whether to write is not asked here
  rabbitmq(rabbit, { writable: true })
  // @ts-expect-error a connection of RabbitMQ is none of NATS
  nats(rabbit)
  // @ts-expect-error there are no options
  nats(connection, {})
}
