import type { ServerName } from '../support/servers/index.js'
import type { OwnServerName } from './servers/index.js'

/** The reasons that a check reports: while its server is frozen, and while it is stopped. */
export interface Reasons {
  readonly frozen: RegExp
  readonly stopped: RegExp
}

/** Recipes that share one server. */
export interface Group {
  readonly server: ServerName | OwnServerName
  /** By the file of the recipe. */
  readonly recipes: Readonly<Record<string, Reasons>>
}

const REFUSED = /connect ECONNREFUSED 127\.0\.0\.1:\d+/
/** The plugin ends the run: the client has no time limit for one call. */
const TIMED_OUT = /^timed out after \d+ ms$/
const READY_MADE = { frozen: /no answer within 720 ms|could not open a connection within 720 ms/, stopped: REFUSED }
const OWN_QUERY = { frozen: TIMED_OUT, stopped: REFUSED }
const RESOLVES = { frozen: /^no answer within 720 ms$/, stopped: REFUSED }
const KNEX = { frozen: /^Defined query timeout of 720ms exceeded|^no answer within 720 ms$/, stopped: REFUSED }

/** The recipes whose server can freeze and stop. */
export const GROUPS: readonly Group[] = [
  {
    server: 'postgres',
    recipes: {
      'prisma-1.mjs': READY_MADE,
      'prisma-2.cjs': { ...RESOLVES, stopped: /Can't reach database server at 127\.0\.0\.1:\d+/ },
      'drizzle-1.mjs': READY_MADE,
      'drizzle-2.cjs': RESOLVES,
      'knex-1.mjs': KNEX,
      'knex-2.cjs': KNEX,
      'kysely-1.mjs': READY_MADE,
      'kysely-2.cjs': RESOLVES,
      'typeorm-1.mjs': READY_MADE,
      'typeorm-2.cjs': RESOLVES,
      'sequelize-1.mjs': RESOLVES,
      'sequelize-2.cjs': RESOLVES,
      'mikroorm-1.mjs': READY_MADE,
      'mikroorm-2.cjs': RESOLVES,
      'postgres-js-1.mjs': RESOLVES
    }
  },
  { server: 'mongodb', recipes: { 'mongoose-1.mjs': READY_MADE, 'mongoose-2.cjs': READY_MADE } },
  { server: 'redis', recipes: { 'bullmq-1.mjs': READY_MADE, 'bullmq-2.cjs': READY_MADE } },
  { server: 'kafka', recipes: { 'kafka-1.mjs': READY_MADE, 'kafka-2.mjs': READY_MADE } },
  { server: 'elasticsearch', recipes: { 'elasticsearch-1.mjs': READY_MADE } },
  { server: 's3', recipes: { 's3-1.mjs': OWN_QUERY } },
  { server: 'grpc', recipes: { 'grpc-1.mjs': READY_MADE } },
  { server: 'smtp', recipes: { 'nodemailer-1.mjs': { frozen: /^Greeting never received$/, stopped: REFUSED } } }
]

/** The recipes without a server. */
export const WITHOUT_SERVER = ['sqlite-1.mjs', 'sqlite-2.cjs']
