import * as mariadb from 'mariadb'
import * as mariadbCallbacks from 'mariadb/callback'
import type { PoolConnection } from 'mariadb/callback'
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

/** Pings a connection before each use, as the pool does for connections that were idle for 500 ms. */
const MARIADB_POOL = { connectionLimit: 2, minimumIdle: 1, minDelayValidation: 0 }

const connectMariadb: Connect = (address, options) => {
  const pool = mariadb.createPool({ ...address, ...MARIADB_POOL })
  return {
    check: mysql(pool, options),
    async occupy () {
      const connections = await Promise.all([pool.getConnection(), pool.getConnection()])
      return async () => await Promise.all(connections.map(async (connection) => await connection.release()))
    },
    close: async () => await pool.end()
  }
}

const connectMariadbCallbacks: Connect = (address, options) => {
  const pool = mariadbCallbacks.createPool({ ...address, ...MARIADB_POOL })
  const connect = async (): Promise<PoolConnection> => await new Promise((resolve, reject) => {
    pool.getConnection((error, connection) => {
      if (connection === undefined) reject(new Error('no connection', { cause: error }))
      else resolve(connection)
    })
  })
  return {
    check: mysql(pool, options),
    async occupy () {
      const connections = await Promise.all([connect(), connect()])
      return async () => await Promise.all(connections.map(async (connection) => {
        await new Promise<void>((resolve) => connection.release(() => resolve()))
      }))
    },
    close: async () => await new Promise<void>((resolve) => pool.end(() => resolve()))
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
  await t.test('Pool of mariadb', async (t) => {
    await proveFaults(t, { server, connect: connectMariadb, expected: EXPECTED['mariadb Pool'] })
  })
  await t.test('Pool of mariadb/callback', async (t) => {
    await proveFaults(t, { server, connect: connectMariadbCallbacks, expected: EXPECTED['mariadb Pool'] })
  })
})
