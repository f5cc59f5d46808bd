// The decorators of the official plugins for databases. @fastify/mysql leaves its declaration to the app.
import type {} from '@fastify/mongodb'
import type { MySQLPool } from '@fastify/mysql'

declare module 'fastify' {
  interface FastifyInstance {
    mysql: MySQLPool
  }
}
