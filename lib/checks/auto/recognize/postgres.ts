import { peek, peekKeys, peekMethods } from '../../../base/passive.js'
import type { PostgresClient } from '../../clients/sql/postgres-client.js'
import type { Recognizer } from '../recognizer.js'

/** A Pool or a Client of pg, and the decorator of `@fastify/postgres`. */
export const postgresRecognizer: Recognizer = {
  type: 'postgres',
  decorators: { pg: 'postgres' },
  classes: ['Pool', 'Client'],
  fits: (value) => peekMethods(value, 'query', 'connect', 'end', 'on') &&
    (peekKeys(value, 'totalCount', 'idleCount', 'waitingCount') || peekMethods(value, 'getTypeParser')),
  async fitsDecorator () {
    const { isPostgres } = await import('../../clients/sql/postgres.js')
    return isPostgres
  },
  parts: (client) => [peek(client, 'pool')],
  async load () {
    const { postgres } = await import('../../clients/sql/postgres.js')
    return (client) => postgres(client as PostgresClient)
  }
}
