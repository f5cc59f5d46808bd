import memjs from 'memjs'
import Memcached from 'memcached'
import t from 'tap'
import { memcached } from '../../../lib/checks/clients/memcached/memcached.js'
import { missing, startServer } from '../../support/servers/index.js'
import { EXPECTED } from './expected.js'
import { proveFaults } from './prove.js'
import type { Connect } from './prove.js'

/** Each fault takes a while to be detected and to end. */
t.setTimeout(300_000)

const connectMemjs: Connect = ({ host, port }) => {
  const client = memjs.Client.create(`${host}:${port}`, { logger: { log: () => undefined } })
  return { check: memcached(client), close: () => client.close() }
}

const connectMemcached: Connect = ({ host, port }) => {
  // By default, the client waits for half a minute after an error, and a timer keeps the process for five minutes.
  const limits = { failuresTimeout: 1 }
  const client = new Memcached(`${host}:${port}`, { retry: 250, ...limits })
  return { check: memcached(client), close: () => client.end() }
}

t.jobs = 4

await t.test('memcached', { skip: missing('memcached'), buffered: true }, async (t) => {
  t.jobs = 2
  await t.test('Client of memjs', { buffered: true }, async (t) => {
    const server = await startServer(t, 'memcached')
    // When memjs gives a connection up, and its end comes late, memjs forgets the next connection.
    await proveFaults(t, { server, connect: connectMemjs, expected: EXPECTED.memjs, leavesConnections: true })
  })
  await t.test('Memcached of memcached', { buffered: true }, async (t) => {
    const server = await startServer(t, 'memcached')
    await proveFaults(t, { server, connect: connectMemcached, expected: EXPECTED.memcached })
  })
})
