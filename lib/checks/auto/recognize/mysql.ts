import { peek, peekMethods } from '../../../base/passive.js'
import type { MysqlClient } from '../../clients/sql/mysql.js'
import type { Recognizer } from '../recognizer.js'

/**
 * A pool or a connection of mysql2 or of the connector mariadb, and the decorator of `@fastify/mysql`. The connector
 * has no official plugin: apps decorate with its pool as `mariadb`, and `fastify-mariadb` with `{ pool }`.
 */
export const mysqlRecognizer: Recognizer = {
  type: 'mysql',
  decorators: { mysql: 'mysql', mariadb: 'mariadb' },
  classes: [
    'Pool', 'PromisePool', 'Connection', 'PromiseConnection',
    'PoolPromise', 'PoolCallback', 'ConnectionPromise', 'ConnectionCallback'
  ],
  fits: (value) => peekMethods(value, 'query', 'execute', 'end') &&
    (peekMethods(value, 'getConnection') || peekMethods(value, 'beginTransaction')),
  async fitsDecorator () {
    const { isMysql } = await import('../../clients/sql/mysql.js')
    return isMysql
  },
  parts: (client) => [
    peek(client, 'pool'), peek(client, 'pool', 'pool'),
    peek(client, 'connection'), peek(client, 'connection', 'connection')
  ],
  async load () {
    const { mysql } = await import('../../clients/sql/mysql.js')
    return (client) => mysql(client as MysqlClient)
  }
}
