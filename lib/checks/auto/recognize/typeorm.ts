import { peek, peekMethods } from '../../../base/passive.js'
import type { Recognizer } from '../recognizer.js'

/** The parts of a TypeORM DataSource that the check uses. */
interface DataSource {
  query (sql: string): PromiseLike<unknown>
}

/** The queries of the drivers that do not know `SELECT 1`. */
const QUERIES: Readonly<Record<string, string>> = { oracle: 'SELECT 1 FROM DUAL', sap: 'SELECT 1 FROM DUMMY' }

/** A DataSource of TypeORM. It queries the primary if it has replicas. */
export const typeormRecognizer: Recognizer = {
  type: 'typeorm',
  decorators: { orm: 'orm', typeorm: 'typeorm', dataSource: 'dataSource' },
  classes: ['DataSource', 'Connection'],
  fits: (value) => peekMethods(value, 'initialize', 'query', 'createQueryRunner', 'getRepository', 'runMigrations') &&
    typeof typeOf(value) === 'string',
  doubt: (client) => typeOf(client) === 'mongodb'
    ? 'its driver mongodb has no SQL: add a check with mongodb() and the MongoClient'
    : undefined,
  async load () {
    const { resolves } = await import('../../work/resolves.js')
    return (client) => {
      const sql = QUERIES[String(typeOf(client))] ?? 'SELECT 1'
      return resolves(async () => await (client as DataSource).query(sql), { waitsFor: 'TypeORM' })
    }
  }
}

function typeOf (client: object): unknown {
  return peek(client, 'options', 'type')
}
