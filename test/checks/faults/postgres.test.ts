import pg from 'pg'
import t from 'tap'
import { postgres } from '../../../lib/checks/clients/sql/postgres.js'
import { missing, startServer } from '../../support/servers/index.js'
import { EXPECTED } from './expected.js'
import { proveFaults } from './prove.js'
import type { Connect } from './prove.js'

/** Every fault takes a while to be seen and to be over. */
t.setTimeout(300_000)

const connectPool: Connect = (address) => {
  const pool = new pg.Pool({ ...address, database: 'postgres', max: 2 })
  // pg ends the process where nobody listens to what becomes of idle connections.
  pool.on('error', () => undefined)
  return {
    check: postgres(pool),
    async occupy () {
      const clients = await Promise.all([pool.connect(), pool.connect()])
      return () => clients.forEach((client) => client.release())
    },
    close: async () => await pool.end()
  }
}

await t.test('PostgreSQL', { skip: missing('postgres') }, async (t) => {
  const server = await startServer(t, 'postgres')
  await t.test('pg, a Pool', async (t) => await proveFaults(t, { server, connect: connectPool, expected: EXPECTED['pg Pool'] }))
})
