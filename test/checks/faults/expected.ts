import type { Status } from '../../../lib/health/status.js'

/** The faults of a server, or of the network in front of it. */
export const FAULTS = [
  'stopped', 'frozen', 'wrong password', 'rotated password', 'too many connections', 'pool busy',
  'pool exhausted', 'reset', 'black hole', 'replica', 'out of memory', 'cluster without a master', 'server error',
  'yellow cluster', 'red cluster', 'not serving', 'open circuit', 'half-open circuit', 'breaker shut down',
  'locked file', 'damaged file', 'removed file', 'closed database'
] as const

export type Fault = typeof FAULTS[number]

/** The result that a probe reports during a fault. */
export interface ExpectedResult {
  readonly status: Status
  /** `details.error`, with PORT in place of the port. Undefined if the check passes. */
  readonly error?: string
  /** Why the check passes. */
  readonly because?: string
}

/** A client's result for each fault; undefined if the client cannot have the fault, or if it is not tested. */
export type ExpectedResults = Readonly<Partial<Record<Fault, ExpectedResult | undefined>>>

/** The error of Redis. */
const WRONG_PASSWORD = 'WRONGPASS invalid username-password pair or user is disabled.'

/** The greeting of smtp-server. */
const TOO_MANY_CLIENTS = '421 localhost Too many connected clients, try again in a moment'

/** The error of a call that a breaker protects. */
const NO_FETCH = 'fetch failed: connect ECONNREFUSED 127.0.0.1:PORT'

/** The results of Redis with `writable: true`. */
const NO_WRITES = {
  replica: down("READONLY You can't write against a read only replica."),
  'out of memory': down("OOM command not allowed when used memory > 'maxmemory'.")
}

const NO_CLUSTER = { 'cluster without a master': down('CLUSTERDOWN The cluster is down') }

/** The error of MariaDB. */
const ACCESS_DENIED = "Access denied for user 'tester'@'127.0.0.1' (using password: YES)"

/** The error of @platformatic/kafka. */
const NO_BROKER = 'Cannot connect to any broker.: Connection to 127.0.0.1:PORT failed.'

const NO_ANSWER = 'connected, but no answer within 720 ms'

function down (error: string): ExpectedResult {
  return { status: 'DOWN', error }
}

function noNewConnection (status: Status, reason: string): ExpectedResult {
  return { status, error: `a new connection fails: ${reason}` }
}

function exhausted (max: number): Pick<Record<Fault, ExpectedResult>, 'pool busy' | 'pool exhausted'> {
  const error = `the pool is exhausted: none of its ${max} connections became free in time`
  return { 'pool busy': { status: 'DEGRADED', error }, 'pool exhausted': { status: 'OUT_OF_SERVICE', error } }
}

const RECOVERED: ExpectedResult = { status: 'UP', because: 'the driver retries by itself' }

/** No `undefined` for the faults that only pools have. */
const NO_POOL = {
  'rotated password': undefined,
  'pool busy': undefined,
  'pool exhausted': undefined
}

/** The results of each client. The tests compare with them, and docs/faults.md shows them. */
export const EXPECTED = {
  'pg Pool': {
    stopped: down('connect ECONNREFUSED 127.0.0.1:PORT'),
    frozen: down(NO_ANSWER),
    'wrong password': down('password authentication failed for user "tester"'),
    'rotated password': noNewConnection('DOWN', 'password authentication failed for user "tester"'),
    'too many connections': noNewConnection('DEGRADED', 'sorry, too many clients already'),
    ...exhausted(2),
    reset: down('read ECONNRESET'),
    'black hole': down(NO_ANSWER)
  },
  'mysql2 Pool': {
    stopped: down('connect ECONNREFUSED 127.0.0.1:PORT'),
    frozen: down(NO_ANSWER),
    'wrong password': down(ACCESS_DENIED),
    'rotated password': noNewConnection('DOWN', ACCESS_DENIED),
    'too many connections': noNewConnection('DEGRADED', 'Too many connections'),
    ...exhausted(2),
    reset: down('read ECONNRESET'),
    'black hole': down(NO_ANSWER)
  },
  'mariadb Pool': {
    stopped: down('could not open a connection within 720 ms: connect ECONNREFUSED 127.0.0.1:PORT'),
    frozen: down('could not open a connection within 720 ms'),
    'wrong password': down(`could not open a connection within 720 ms: ${ACCESS_DENIED}`),
    'rotated password': noNewConnection('DOWN', ACCESS_DENIED),
    'too many connections': noNewConnection('DEGRADED', 'Too many connections'),
    ...exhausted(2),
    reset: RECOVERED,
    'black hole': down('could not open a connection within 720 ms')
  },
  ioredis: {
    stopped: down('the client is in state reconnecting: connect ECONNREFUSED 127.0.0.1:PORT'),
    frozen: down('no answer within 720 ms'),
    'wrong password': down(`the client is in state reconnecting: ${WRONG_PASSWORD}`),
    'rotated password': undefined,
    'too many connections': undefined,
    'pool busy': undefined,
    'pool exhausted': undefined,
    reset: RECOVERED,
    'black hole': down('no answer within 720 ms'),
    ...NO_WRITES
  },
  'node-redis': {
    stopped: down('the client is in state connecting: connect ECONNREFUSED 127.0.0.1:PORT'),
    frozen: down('no answer within 720 ms'),
    'wrong password': down(`the client is in state connecting: ${WRONG_PASSWORD}`),
    'rotated password': undefined,
    'too many connections': undefined,
    'pool busy': undefined,
    'pool exhausted': undefined,
    reset: down('the client is in state connecting: read ECONNRESET'),
    'black hole': down('no answer within 720 ms'),
    ...NO_WRITES
  },
  'node-redis pool': {
    stopped: down('connect ECONNREFUSED 127.0.0.1:PORT'),
    frozen: down('no answer within 720 ms'),
    'wrong password': down(WRONG_PASSWORD),
    'rotated password': noNewConnection('DOWN', WRONG_PASSWORD),
    'too many connections': noNewConnection('DEGRADED', 'ERR max number of clients reached'),
    ...exhausted(2),
    reset: down('read ECONNRESET'),
    'black hole': down('no answer within 720 ms'),
    ...NO_WRITES
  },
  'ioredis cluster': NO_CLUSTER,
  'node-redis cluster': NO_CLUSTER,
  mongodb: {
    stopped: down('no answer within 720 ms: connect ECONNREFUSED 127.0.0.1:PORT'),
    frozen: down('no answer within 720 ms'),
    'wrong password': down('Authentication failed.'),
    'rotated password': noNewConnection('DOWN', 'Authentication failed.'),
    'too many connections': undefined,
    ...exhausted(2),
    reset: down('read ECONNRESET'),
    'black hole': down('no answer within 720 ms')
  },
  mongoose: {
    stopped: down('no answer within 720 ms: connect ECONNREFUSED 127.0.0.1:PORT'),
    frozen: down('no answer within 720 ms'),
    'wrong password': down('Topology is closed'),
    'rotated password': noNewConnection('DOWN', 'Authentication failed.'),
    'too many connections': undefined,
    ...exhausted(2),
    reset: down('read ECONNRESET'),
    'black hole': down('no answer within 720 ms')
  },
  bullmq: {
    stopped: down('no answer within 720 ms: connect ECONNREFUSED 127.0.0.1:PORT'),
    frozen: down('no answer within 720 ms'),
    'wrong password': down(`no answer within 720 ms: ${WRONG_PASSWORD}`),
    'rotated password': undefined,
    'too many connections': undefined,
    'pool busy': undefined,
    'pool exhausted': undefined,
    reset: RECOVERED,
    'black hole': down('no answer within 720 ms')
  },
  amqplib: {
    stopped: down('connect ECONNREFUSED 127.0.0.1:PORT'),
    frozen: down('no answer within 720 ms'),
    'wrong password': down('Handshake terminated by server: 403 (ACCESS-REFUSED) with message ' +
      '"ACCESS_REFUSED - Login was refused using authentication mechanism PLAIN. For details see the broker logfile."'),
    'rotated password': undefined,
    'too many connections': undefined,
    'pool busy': undefined,
    'pool exhausted': undefined,
    reset: down('the connection is closed: read ECONNRESET'),
    'black hole': down('no answer within 720 ms')
  },
  kafkajs: {
    stopped: down('Connection error: connect ECONNREFUSED 127.0.0.1:PORT'),
    frozen: down('no answer within 720 ms'),
    'wrong password': down('SASL PLAIN authentication failed: Authentication failed: Invalid username or password'),
    'rotated password': undefined,
    'too many connections': undefined,
    'pool busy': undefined,
    'pool exhausted': undefined,
    reset: down('Connection error: read ECONNRESET'),
    'black hole': down('no answer within 720 ms')
  },
  '@platformatic/kafka': {
    stopped: down(`${NO_BROKER}: connect ECONNREFUSED 127.0.0.1:PORT`),
    frozen: down('no answer within 720 ms'),
    'wrong password': down(`${NO_BROKER}: SASL authentication failed.: ` +
      'Received response with error while executing API SaslAuthenticate(v2)'),
    'rotated password': undefined,
    'too many connections': undefined,
    'pool busy': undefined,
    'pool exhausted': undefined,
    reset: down('Connection closed'),
    'black hole': down('no answer within 720 ms')
  },
  nats: {
    stopped: down('disconnected from 127.0.0.1:PORT, reconnecting'),
    frozen: down('no answer within 720 ms'),
    'wrong password': down('Authorization Violation'),
    'rotated password': undefined,
    'too many connections': undefined,
    'pool busy': undefined,
    'pool exhausted': undefined,
    reset: down('disconnected from 127.0.0.1:PORT, reconnecting'),
    'black hole': down('no answer within 720 ms')
  },
  opensearch: {
    ...NO_POOL,
    stopped: down('connect ECONNREFUSED 127.0.0.1:PORT'),
    frozen: down('no answer within 720 ms'),
    'wrong password': down('answered 401'),
    'too many connections': undefined,
    reset: down('read ECONNRESET'),
    'black hole': down('no answer within 720 ms'),
    'server error': down(
      'cluster_manager_not_discovered_exception: [cluster_manager_not_discovered_exception] Reason: null'
    ),
    'yellow cluster': { status: 'DEGRADED', error: 'the cluster is yellow: a replica of a shard is missing' },
    'red cluster': down('the cluster is red: a primary shard is missing')
  },
  'grpc-js': {
    ...NO_POOL,
    stopped: down('connect ECONNREFUSED 127.0.0.1:PORT'),
    frozen: down('no answer within 720 ms'),
    'wrong password': down('the token is wrong'),
    'too many connections': undefined,
    reset: down('read ECONNRESET'),
    'black hole': down('no answer within 720 ms'),
    'not serving': down('the server answers NOT_SERVING')
  },
  nodemailer: {
    ...NO_POOL,
    stopped: down('connect ECONNREFUSED 127.0.0.1:PORT'),
    frozen: down('no answer within 720 ms'),
    'wrong password': down('Invalid login: 535 Invalid username or password'),
    'too many connections': down(`Invalid greeting. response=${TOO_MANY_CLIENTS}: ${TOO_MANY_CLIENTS}`),
    reset: down('read ECONNRESET'),
    'black hole': down('no answer within 720 ms')
  },
  memjs: {
    ...NO_POOL,
    stopped: down('connect ECONNREFUSED 127.0.0.1:PORT'),
    frozen: down('socket timed out waiting on response.'),
    'wrong password': undefined,
    'too many connections': undefined,
    reset: down('read ECONNRESET'),
    'black hole': down('socket timed out waiting on response.')
  },
  memcached: {
    ...NO_POOL,
    stopped: down('connect ECONNREFUSED 127.0.0.1:PORT'),
    frozen: down('no answer within 720 ms'),
    'wrong password': undefined,
    'too many connections': undefined,
    reset: down('read ECONNRESET'),
    'black hole': down('no answer within 720 ms')
  },
  sqlite: {
    'locked file': down('database is locked'),
    'damaged file': down('file is not a database'),
    'removed file': down("ENOENT: no such file or directory, statfs 'FILE'"),
    'closed database': down('database is not open')
  },
  opossum: {
    'open circuit': { status: 'DEGRADED', error: 'the circuit is open' },
    'half-open circuit': { status: 'DEGRADED', error: 'the circuit is half open' },
    'breaker shut down': down('the circuit breaker is shut down, so it runs no request')
  },
  cockatiel: {
    'open circuit': { status: 'DEGRADED', error: `the circuit is open: ${NO_FETCH}` },
    'half-open circuit': { status: 'DEGRADED', error: `the circuit is half open: ${NO_FETCH}` }
  },
  upstream: {
    ...NO_POOL,
    stopped: down('connect ECONNREFUSED 127.0.0.1:PORT'),
    frozen: down('no answer within 720 ms'),
    'wrong password': { status: 'UP', because: 'a 401 comes from a server that works' },
    'too many connections': undefined,
    reset: down('read ECONNRESET'),
    'black hole': down('no answer within 720 ms'),
    'server error': down('answered 503, expected no server error')
  }
} as const satisfies Record<string, ExpectedResults>
