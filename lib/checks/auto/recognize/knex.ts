import { peek, peekMethods } from '../../../base/passive.js'
import { isFunction } from '../../../base/type-guards.js'
import type { Recognizer } from '../recognizer.js'

/** The query of each dialect of Knex. */
const QUERIES: ReadonlyMap<unknown, string> = new Map([
  ...['postgresql', 'redshift', 'cockroachdb', 'mysql', 'sqlite3', 'mssql'].map((name) => [name, 'SELECT 1'] as const),
  ['oracle', 'SELECT 1 FROM DUAL']
])

/** The parts of a Knex instance that the check uses. */
interface Knex {
  raw (sql: string): { timeout (ms: number): PromiseLike<unknown> }
}

/** An instance of Knex: a function with properties. */
export const knexRecognizer: Recognizer = {
  type: 'knex',
  decorators: { knex: 'knex' },
  classes: ['knex'],
  fits: (value) => isFunction(value) && peekMethods(value, 'raw', 'transaction', 'select', 'batchInsert') &&
    peek(value, 'context', 'client') !== undefined,
  doubt: (client) => QUERIES.has(dialectOf(client))
    ? undefined
    : `its dialect ${String(dialectOf(client))} is unknown: add a check with resolves()`,
  parts: (client) => [peek(client, 'context', 'client', 'pool')],
  async load () {
    const { resolves } = await import('../../work/resolves.js')
    return (client) => {
      const sql = String(QUERIES.get(dialectOf(client)))
      const work = async (ms: number): Promise<unknown> => await (client as unknown as Knex).raw(sql).timeout(ms)
      return resolves(async ({ timeout }) => await work(timeout), { waitsFor: 'Knex' })
    }
  }
}

function dialectOf (client: object): unknown {
  return peek(client, 'context', 'client', 'dialect')
}
