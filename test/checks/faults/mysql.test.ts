import mysql2 from 'mysql2'
import mysql2Promise from 'mysql2/promise'
import t from 'tap'
import { mysql } from '../../../lib/checks/clients/sql/mysql.js'
import { missing, startServer } from '../../support/servers/index.js'
import { EXPECTED } from './expected.js'
import { proveFaults } from './prove.js'
import type { Connect } from './prove.js'

/** Each fault takes a while to be detected and to end. */
t.setTimeout(300_000)

const POOL = { connectionLimit: 2 }

const connectPromises: Connect = (address, options) => {
  const pool = mysql2Promise.createPool({ ...address, ...POOL })
  return {
    check: mysql(pool, options),
    async occupy () {
      const connections = await Promise.all([pool.getConnection(), pool.getConnection()])
      return () => connections.forEach((connection) => connection.release())
    },
    close: async () => await pool.end()
  }
}

const connectCallbacks: Connect = (address, options) => {
  const pool = mysql2.createPool({ ...address, ...POOL })
  return {
    check: mysql(pool, options),
    async occupy () {
      const connections = await Promise.all([pool.promise().getConnection(), pool.promise().getConnection()])
      return () => connections.forEach((connection) => connection.release())
    },
    close: async () => await pool.promise().end()
  }
}

await t.test('MariaDB', { skip: missing('mariadb') }, async (t) => {
  const server = await startServer(t, 'mariadb')
  const expected = EXPECTED['mysql2 Pool']
  await t.test('Pool of mysql2/promise', async (t) => {
    await proveFaults(t, { server, connect: connectPromises, expected })
  })
  await t.test('Pool of mysql2', async (t) => {
    await proveFaults(t, { server, connect: connectCallbacks, expected })
  })
})
