import t from 'tap'
import { mysql } from '../../../../lib/checks/clients/sql/mysql.js'
import { postgres } from '../../../../lib/checks/clients/sql/postgres.js'
import { run } from '../../../support/check.js'

const method = (): undefined => undefined

/** A client with the methods and the members by which a library is known. */
function double (methods: readonly string[], members: object = {}): object {
  return Object.assign(Object.fromEntries(methods.map((name) => [name, method])), members)
}

/** A library that is a function with members. */
function functionDouble (methods: readonly string[], members: object = {}): object {
  return Object.assign((): undefined => undefined, double(methods, members))
}

const DRIVER = { driver: {}, manager: {} }

/** Clients of other libraries, and the remedies of both checks. One remedy stands for both. */
const OTHER_LIBRARIES: readonly (readonly [object, RegExp, RegExp?])[] = [
  [
    double(['query', 'createQueryRunner', 'close', 'destroy'], DRIVER),
    /a TypeORM DataSource: pass \(\) => dataSource\.driver\.master/,
    /a TypeORM DataSource: pass \(\) => dataSource\.driver\.pool/
  ],
  [double(['query', 'getRepository', 'getTreeRepository']), /a TypeORM EntityManager: pass/],
  [double(['query', 'createQueryBuilder'], { manager: {}, metadata: {} }), /a TypeORM Repository: pass/],
  [double(['query', 'connect', 'release'], { loadedTables: [], broadcaster: {} }), /a TypeORM QueryRunner: pass/],
  [double(['query', 'authenticate'], { connectionManager: {} }), /a Sequelize instance: use resolves\(.*sequelize\.query\('SELECT 1'\)\)$/],
  [
    double(['query', 'connect', 'one'], { $pool: {}, $config: {} }),
    /a pg-promise database: pass db\.\$pool/,
    /a pg-promise database: use postgres\(db\.\$pool\)/
  ],
  [functionDouble(['end'], { pg: {}, helpers: {}, queryResult: {} }), /the pg-promise library: .*db\.\$pool/],
  [functionDouble(['unsafe', 'begin', 'end']), /postgres\.js: use resolves\(async \(\) => await sql`SELECT 1`\)$/],
  [functionDouble(['query', 'unsafe', 'transaction']), /Neon: pass a Pool/],
  [functionDouble(['raw', 'select'], { schema: {}, client: {} }), /a Knex instance: use resolves\(async \(\) => await knex\.raw\('SELECT 1'\)\)$/],
  [double(['query', 'raw', 'queryCompiler', 'schemaCompiler']), /a client of Knex: .*knex\.raw/],
  [double(['query', 'connect', 'request'], { connected: true }), /a pool of mssql: for SQL Server/],
  [double(['query', 'connect', 'ConnectionPool']), /the module mssql: for SQL Server/],
  [double(['execute', 'transaction'], { query: {}, $client: {} }), /a Drizzle database: pass db\.\$client/],
  [double(['selectFrom', 'getExecutor', 'destroy']), /a Kysely instance: pass the pool .*, or use resolves\(/],
  [double(['$connect', '$disconnect', '$queryRaw']), /a Prisma client: .*prisma\.\$queryRaw/],
  [double(['isConnected'], { em: {}, config: {} }), /a MikroORM instance: .*orm\.em/],
  [double(['getConnection', 'getDriver', 'persist', 'execute']), /a MikroORM EntityManager: .*em\.getConnection/],
  [double(['query', 'connect', 'end', 'oneFirst', 'anyFirst']), /a pool of Slonik: .*sql\.unsafe/],
  [double(['Pool', 'Client']), /the module of pg: pass the pool/],
  [double(['createPool', 'createConnection']), /the module of a driver: pass the pool/],
  [double(['query', 'execute', 'getConnection'], { poolCluster: {} }), /a PoolCluster of mysql2: add a check/],
  [double(['getConnection', 'add', 'of']), /a PoolCluster: add a check for a Pool of each node/]
]

const CODE = 'FST_MANAGEMENT_CLIENT_INVALID'

await t.test('postgres() and mysql() name a client of another library, and the right object', (t) => {
  for (const [client, remedy, mysqlRemedy = remedy] of OTHER_LIBRARIES) {
    // @ts-expect-error not a client
    t.throws(() => postgres(client), { code: CODE, message: remedy })
    // @ts-expect-error not a client
    t.throws(() => mysql(client), { code: CODE, message: mysqlRemedy })
  }
  t.end()
})

await t.test('postgres() refuses clients of MySQL, and mysql() clients of PostgreSQL', (t) => {
  const ofMysql: readonly (readonly [object, RegExp])[] = [
    [double(['query', 'execute', 'getConnection']), /a pool of MySQL: use mysql\(\)/],
    [double(['query', 'execute']), /a connection of MySQL: use mysql\(\)/],
    [double(['query', 'escapeId']), /a client of MySQL: use mysql\(\)/]
  ]
  for (const [client, message] of ofMysql) {
    // @ts-expect-error not a client of pg
    t.throws(() => postgres(client), { code: CODE, message })
  }
  const connection = double(['query', 'execute'])
  const others: readonly (readonly [object, RegExp])[] = [
    [double(['query', 'connect', 'getTypeParser'], { connection }), /a client of pg: use postgres\(\)/],
    [double(['query', 'connect'], { totalCount: 0 }), /a pool of pg: use postgres\(\)/],
    [double(['query', 'escapeId']), /the package mysql: pass a client of mysql2 or mariadb/]
  ]
  for (const [client, message] of others) {
    // @ts-expect-error not a client of mysql2
    t.throws(() => mysql(client), { code: CODE, message })
  }
  t.end()
})

await t.test('a function that returns a wrong client is DOWN with the right object', async (t) => {
  const dataSource = double(['query', 'createQueryRunner'], DRIVER)
  // @ts-expect-error not a client
  t.match(await run(postgres(() => dataSource)), { status: 'DOWN', details: { error: /dataSource\.driver\.master/ } })
  // @ts-expect-error not a client
  t.match(await run(mysql(() => dataSource)), { status: 'DOWN', details: { error: /dataSource\.driver\.pool/ } })
})

await t.test('a proxy that throws is no client of a known library', (t) => {
  const hostile = new Proxy({}, { get () { throw new Error('no such member') } })
  // @ts-expect-error not a client
  t.throws(() => postgres(hostile), Error)
  t.end()
})
