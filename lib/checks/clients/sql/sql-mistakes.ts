import { attemptOr } from '../../../base/attempt-or.js'
import type { WrongClient } from '../wrong-client.js'

/** The checks of SQL servers. */
type SqlCheckName = 'postgres' | 'mysql'

/** A client of another library, which has some methods of the right client. */
interface OtherClient {
  readonly name: string
  /** The members by which the client is known, methods or not. */
  readonly members: readonly string[]
  readonly remedy: string | Readonly<Record<SqlCheckName, string>>
}

/** Members of other libraries whose `query` fits any type: TypeORM and pg-promise. */
export interface OfNoOtherLibrary {
  readonly createQueryRunner?: undefined
  readonly getRepository?: undefined
  readonly manager?: undefined
  readonly $config?: undefined
}

/** Returns the remedy for a library whose query makes the check. */
function query (call: string): string {
  return `use resolves(async () => await ${call})`
}

const TYPEORM = {
  postgres: 'pass () => dataSource.driver.master, the Pool of pg',
  mysql: 'pass () => dataSource.driver.pool, the Pool of mysql2'
}

const SQL_SERVER = `for SQL Server ${query("pool.query('SELECT 1')")}`

const CLUSTER = 'add a check for a Pool of each node'

const MYSQL_CLIENT = { postgres: 'use mysql()', mysql: 'pass the Pool or the Connection itself' }

/** Clients that were mistaken for a client of pg or mysql2. The first match counts. */
const OTHER_LIBRARIES: readonly OtherClient[] = [
  {
    name: 'a Prisma client',
    members: ['$connect', '$disconnect'],
    remedy: query('prisma.$queryRaw`SELECT 1`')
  },
  { name: 'a TypeORM DataSource', members: ['createQueryRunner', 'driver', 'manager'], remedy: TYPEORM },
  { name: 'a TypeORM EntityManager', members: ['getRepository', 'getTreeRepository', 'query'], remedy: TYPEORM },
  { name: 'a TypeORM Repository', members: ['createQueryBuilder', 'manager', 'metadata'], remedy: TYPEORM },
  { name: 'a TypeORM QueryRunner', members: ['loadedTables', 'broadcaster'], remedy: TYPEORM },
  {
    name: 'a Sequelize instance',
    members: ['authenticate', 'connectionManager'],
    remedy: query("sequelize.query('SELECT 1')")
  },
  {
    name: 'a pg-promise database',
    members: ['$pool', '$config'],
    remedy: { postgres: 'pass db.$pool, the Pool of pg', mysql: 'use postgres(db.$pool)' }
  },
  {
    name: 'the pg-promise library',
    members: ['pg', 'helpers', 'queryResult'],
    remedy: { postgres: 'pass db.$pool, the Pool of its database', mysql: 'use postgres(db.$pool)' }
  },
  { name: 'postgres.js', members: ['unsafe', 'begin'], remedy: query('sql`SELECT 1`') },
  {
    name: 'the query function of Neon',
    members: ['unsafe', 'transaction'],
    remedy: 'pass a Pool of @neondatabase/serverless'
  },
  {
    name: 'a Knex instance',
    members: ['raw', 'schema', 'client'],
    remedy: query("knex.raw('SELECT 1')")
  },
  {
    name: 'a client of Knex',
    members: ['queryCompiler', 'schemaCompiler'],
    remedy: query("knex.raw('SELECT 1')")
  },
  { name: 'the module mssql', members: ['ConnectionPool', 'query'], remedy: SQL_SERVER },
  {
    name: 'a pool of mssql',
    members: ['request', 'connected', 'query'],
    remedy: SQL_SERVER
  },
  {
    name: 'a Drizzle database',
    members: ['$client'],
    remedy: 'pass db.$client, the client of the driver'
  },
  {
    name: 'a Kysely instance',
    members: ['selectFrom', 'getExecutor'],
    remedy: `pass the pool that you gave to its dialect, or ${query('sql`SELECT 1`.execute(kysely)')}`
  },
  {
    name: 'a MikroORM instance',
    members: ['em', 'config', 'isConnected'],
    remedy: query("orm.em.getConnection().execute('SELECT 1')")
  },
  {
    name: 'a MikroORM EntityManager',
    members: ['getConnection', 'getDriver', 'persist'],
    remedy: query("em.getConnection().execute('SELECT 1')")
  },
  {
    name: 'a pool of Slonik',
    members: ['oneFirst', 'anyFirst'],
    remedy: query('pool.query(sql.unsafe`SELECT 1`)')
  },
  { name: 'the module of pg', members: ['Pool', 'Client'], remedy: 'pass the pool that new Pool() returns' },
  { name: 'the module of a driver', members: ['createPool'], remedy: 'pass the pool that createPool() returns' },
  { name: 'a PoolCluster of mysql2', members: ['poolCluster'], remedy: CLUSTER },
  { name: 'a PoolCluster', members: ['getConnection', 'add', 'of'], remedy: CLUSTER }
]

/** Clients of MySQL, which also have a method `query`. */
const NOT_POSTGRES: readonly OtherClient[] = [
  { name: 'a pool of MySQL', members: ['getConnection'], remedy: MYSQL_CLIENT },
  { name: 'a connection of MySQL', members: ['query', 'execute'], remedy: MYSQL_CLIENT },
  { name: 'a client of MySQL', members: ['query', 'escapeId'], remedy: MYSQL_CLIENT }
]

/** Clients of PostgreSQL and of the package mysql, which lack `execute`. */
const NOT_MYSQL: readonly OtherClient[] = [
  { name: 'a client of pg', members: ['query', 'connect', 'getTypeParser'], remedy: 'use postgres()' },
  { name: 'a pool of pg', members: ['query', 'connect', 'totalCount'], remedy: 'use postgres()' },
  {
    name: 'a client of the package mysql',
    members: ['query', 'escapeId'],
    remedy: 'pass a client of mysql2 or mariadb'
  }
]

/** Objects that users pass to a check by mistake. */
export function sqlMistakes (check: SqlCheckName): readonly WrongClient[] {
  const clients = [...OTHER_LIBRARIES, ...(check === 'postgres' ? NOT_POSTGRES : NOT_MYSQL)]
  return clients.map(({ name, members, remedy }) => ({
    name,
    is: (value) => hasMembers(value, members),
    remedy: typeof remedy === 'string' ? remedy : remedy[check]
  }))
}

/** Whether a value belongs to another library, although it may have the right methods. */
export function isOfOtherLibrary (value: unknown): boolean {
  return OTHER_LIBRARIES.some(({ members }) => hasMembers(value, members))
}

/** Looks at functions too: some libraries are functions with members. A proxy may throw. */
function hasMembers (value: unknown, members: readonly string[]): boolean {
  return attemptOr(() => members.every((member) => Reflect.get(Object(value), member) !== undefined), false)
}
