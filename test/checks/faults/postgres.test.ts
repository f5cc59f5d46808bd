import pg from 'pg'
import t from 'tap'
import { postgres } from '../../../lib/checks/clients/sql/postgres.js'
import { missing, startServer } from '../../support/servers/index.js'
import { EXPECTED } from './expected.js'
import { proveFaults } from './prove.js'
import type { Connect } from './prove.js'

/** Each fault takes a while to be detected and to end. */
t.setTimeout(300_000)

const connectPool: Connect = (address, options) => {
  const pool = new pg.Pool({ ...address, database: 'postgres', max: 2 })
  // Without a listener an error of an idle connection ends the process.
  pool.on('error', () => undefined)
  return {
    check: postgres(pool, options),
    async occupy () {
      const clients = await Promise.all([pool.connect(), pool.connect()])
      return () => clients.forEach((client) => client.release())
    },
    close: async () => await pool.end()
  }
}

await t.test('PostgreSQL', { skip: missing('postgres') }, async (t) => {
  const server = await startServer(t, 'postgres')
  await t.test('Pool of pg', async (t) => {
    await proveFaults(t, { server, connect: connectPool, expected: EXPECTED['pg Pool'] })
  })
})
