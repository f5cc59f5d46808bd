import { MongoClient } from 'mongodb'
import t from 'tap'
import { mongodb } from '../../../lib/checks/clients/mongodb/mongodb.js'
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
    async occupy () {
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
    },
    close: async () => await client.close()
  }
}

await t.test('MongoDB (double)', { skip: missing('mongodb') }, async (t) => {
  const server = await startServer(t, 'mongodb')
  await t.test('mongodb', async (t) => {
    await proveFaults(t, { server, connect: connectMongodb, expected: EXPECTED.mongodb })
  })
})
