// The variables and decorators that examples use without declaring them. A topic can have its own file beside this one.
import type {} from '@fastify/basic-auth'
import type {} from '@fastify/mongodb'
import type { MySQLPromisePool } from '@fastify/mysql'
import type {} from '@fastify/postgres'
import type {} from '@fastify/redis'
import type { FastifyInstance } from 'fastify'
import type { readFile as ReadFile } from 'node:fs/promises'
import type { management as Management } from '../../../lib/index.js'

declare global {
  const fastify: FastifyInstance
  const management: typeof Management
  const readFile: typeof ReadFile
  const token: string
  const pool: { readonly totalCount: number, query: (sql: string) => Promise<unknown>, end: () => Promise<void> }
  const rebuildCache: () => Promise<void>
  const replicationLag: () => Promise<number>
  const readCacheStats: () => Promise<{ hits: number, misses: number }>
  const queue: { count: () => Promise<number> }
}

declare module 'fastify' {
  interface FastifyInstance {
    mysql: MySQLPromisePool
  }

  interface FastifyRequest {
    jwtVerify: () => Promise<void>
  }
}
