import { classNames, peekKeys, peekMethods } from '../../../base/passive.js'
import { isRecord } from '../../../base/type-guards.js'
import type { Recognizer } from '../recognizer.js'

/** The parts of a Kysely instance that the check uses. */
interface Kysely {
  getExecutor (): unknown
  executeQuery (query: object): PromiseLike<unknown>
}

/** The adapters of the dialects that know the query. Dialects of other packages extend them or use them. */
const ADAPTERS: readonly unknown[] = ['PostgresAdapter', 'MysqlAdapter', 'SqliteAdapter', 'MssqlAdapter']

/** An instance of Kysely. */
export const kyselyRecognizer: Recognizer = {
  type: 'kysely',
  decorators: { kysely: 'kysely' },
  classes: ['Kysely'],
  fits: (value) => peekMethods(value, 'selectFrom', 'executeQuery', 'getExecutor', 'withPlugin', 'destroy') &&
    peekKeys(value, 'schema', 'isTransaction'),
  doubt: (client) => hasKnownAdapter(client as Kysely)
    ? undefined
    : 'its dialect is unknown: add a check with resolves()',
  async load () {
    const { resolves } = await import('../../work/resolves.js')
    return (client) => resolves(async () => await (client as Kysely).executeQuery(query()), { waitsFor: 'Kysely' })
  }
}

/** The same as `CompiledQuery.raw('select 1')` of Kysely. */
function query (): object {
  const sql = 'select 1'
  const node = { kind: 'RawNode', sqlFragments: [sql], parameters: [] }
  return { sql, query: node, parameters: [], queryId: { queryId: 'fastify-management-endpoints' } }
}

function hasKnownAdapter (client: Kysely): boolean {
  const executor = client.getExecutor()
  const adapter = isRecord(executor) ? executor['adapter'] : undefined
  return isRecord(adapter) && classNames(adapter).some((name) => ADAPTERS.includes(name))
}
