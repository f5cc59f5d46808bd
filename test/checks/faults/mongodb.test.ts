import { MongoClient } from 'mongodb'
import { Mongoose } from 'mongoose'
import t from 'tap'
import { mongodb } from '../../../lib/checks/clients/mongodb/mongodb.js'
import { mongoose } from '../../../lib/checks/clients/mongoose/mongoose.js'
import { isLong } from '../../support/long.js'
import { missing, startServer } from '../../support/servers/index.js'
import { EXPECTED } from './expected.js'
import { proveFaults } from './prove.js'
import type { Address, Connect } from './prove.js'

/** Each fault takes a while to be detected and to end. */
t.setTimeout(300_000)

const POOL_SIZE = 2

function clientOf ({ host, port, user, password }: Address, appName: string): MongoClient {
  const auth = { username: user, password }
  return new MongoClient(`mongodb://${host}:${port}`, { auth, maxPoolSize: POOL_SIZE, appName })
}

const connectMongodb: Connect = (address, options) => {
  const client = clientOf(address, 'app')
  return {
    check: mongodb(client, options),
    occupy: async () => await occupy(client, address),
    close: async () => await client.close()
  }
}

const connectMongoose: Connect = async ({ host, port, user, password }, checkOptions) => {
  const own = new Mongoose()
  const auth = { username: user, password }
  const options = { auth, maxPoolSize: POOL_SIZE, appName: 'app' }
  // Waits: a check during the connection needs a second connection. A wrong password rejects.
  await own.connect(`mongodb://${host}:${port}`, options).catch(() => undefined)
  return {
    check: mongoose(own, checkOptions),
    occupy: async () => await occupy(own.connection.getClient(), { host, port, user, password }),
    close: async () => await own.disconnect()
  }
}

/** The part of a client of either version of the driver that takes its connections. */
interface PooledClient {
  db (name: string): { command (command: Record<string, number>): Promise<unknown> }
  on (event: 'connectionCheckedOut', listener: () => void): unknown
}

async function occupy (client: PooledClient, address: Address): Promise<() => Promise<void>> {
  let taken = 0
  const areAllTaken = new Promise<void>((resolve) => {
    client.on('connectionCheckedOut', () => { if (++taken === POOL_SIZE) resolve() })
  })
  const sleeps = Array.from({ length: POOL_SIZE }, async () => await client.db('admin').command({ sleep: 1 }))
  await areAllTaken
  return async () => {
    // The application name keeps this connection out of the count of the app's connections.
    const waker = clientOf(address, 'census')
    await waker.db('admin').command({ wake: 1 })
    await Promise.all([waker.close(), ...sleeps])
  }
}

await t.test('MongoDB (double)', { skip: missing('mongodb') }, async (t) => {
  const server = await startServer(t, 'mongodb')
  await t.test('mongodb', async (t) => {
    await proveFaults(t, { server, connect: connectMongodb, expected: EXPECTED.mongodb })
  })
  // It shares its code with the check of mongodb, and takes as long.
  if (!isLong) return
  await t.test('mongoose', async (t) => {
    await proveFaults(t, { server, connect: connectMongoose, expected: EXPECTED.mongoose })
  })
})
