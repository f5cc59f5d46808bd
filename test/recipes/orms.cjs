// The ORMs of the recipes' packages, each with a client of its own. Their types are not installed here.

/** Makes a client of each ORM for a PostgreSQL. `load` is `require` of the packages' folder. */
exports.makeOrms = (load, url) => {
  load('reflect-metadata')
  const knex = load('knex')
  const { Kysely, PostgresDialect } = load('kysely')
  const { Pool } = load('pg')
  const { DataSource } = load('typeorm')
  const { Sequelize } = load('sequelize')
  const { PrismaPg } = load('@prisma/adapter-pg')
  const { PrismaClient } = load('@prisma/client')

  const limits = { connectionString: url, connectionTimeoutMillis: 2_000 }
  const makePool = () => new Pool(limits).on('error', () => {})
  const db = knex({ client: 'pg', connection: limits, acquireConnectionTimeout: 5_000, pool: { min: 0 } })
  const kysely = new Kysely({ dialect: new PostgresDialect({ pool: makePool() }) })
  const typeorm = new DataSource({ type: 'postgres', url, connectTimeoutMS: 2_000, poolErrorHandler: () => {} })
  const sequelize = new Sequelize(url, { logging: false })
  const shared = makePool()
  const prisma = new PrismaClient({ adapter: new PrismaPg(shared) })
  const extended = prisma.$extends({ query: { $allOperations: () => { throw new Error('an extension ran') } } })
  return {
    knex: { client: db, close: () => db.destroy() },
    kysely: { client: kysely, close: () => kysely.destroy() },
    typeorm: { client: typeorm, open: () => typeorm.initialize(), close: () => typeorm.destroy() },
    sequelize: { client: sequelize, close: () => sequelize.close() },
    prisma: { client: prisma, extended, pool: shared, close: () => prisma.$disconnect().then(() => shared.end()) }
  }
}

/** Makes clients of databases that no check takes, and parts of clients. They connect to nothing. */
exports.makeOthers = (load) => {
  load('reflect-metadata')
  const knex = load('knex')
  const { Kysely, DummyDriver, SqliteAdapter, SqliteQueryCompiler } = load('kysely')
  const { DataSource } = load('typeorm')
  const { Kafka, logLevel } = load('kafkajs')
  class Adapter {}
  class Cassandra extends knex.Client {}
  Cassandra.prototype.dialect = 'cassandra'
  const dialect = {
    createAdapter: () => new Adapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: () => undefined,
    createQueryCompiler: () => new SqliteQueryCompiler()
  }
  const kafka = new Kafka({ brokers: ['127.0.0.1:1'], logLevel: logLevel.NOTHING })
  return {
    unknown: knex({ client: Cassandra }),
    adapter: new Kysely({ dialect }),
    sqlite: new Kysely({ dialect: { ...dialect, createAdapter: () => new SqliteAdapter() } }),
    mongo: new DataSource({ type: 'mongodb', url: 'mongodb://127.0.0.1:1' }),
    producer: kafka.producer({ createPartitioner: () => () => 0 }),
    builder: knex({ client: 'pg' }).queryBuilder()
  }
}
