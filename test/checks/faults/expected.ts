import type { Status } from '../../../lib/health/status.js'

/** The faults of a server, or of the network in front of it. */
export const FAULTS = [
  'stopped', 'frozen', 'wrong password', 'rotated password', 'too many connections', 'pool busy',
  'pool exhausted', 'reset', 'black hole', 'replica', 'out of memory', 'cluster without a master'
] as const

export type Fault = typeof FAULTS[number]

/** The result that a probe reports during a fault. */
export interface ExpectedResult {
  readonly status: Status
  /** `details.error`, with PORT in place of the port. Undefined if the driver recovers before the time is over. */
  readonly error?: string
}

/** A client's result for each fault; undefined if the client cannot have the fault, or if it is not tested. */
export type ExpectedResults = Readonly<Partial<Record<Fault, ExpectedResult | undefined>>>

/** The error of Redis. */
const WRONG_PASSWORD = 'WRONGPASS invalid username-password pair or user is disabled.'

/** The results of Redis with `writable: true`. */
const NO_WRITES = {
  replica: down("READONLY You can't write against a read only replica."),
  'out of memory': down("OOM command not allowed when used memory > 'maxmemory'.")
}

const NO_CLUSTER = { 'cluster without a master': down('CLUSTERDOWN The cluster is down') }

/** The error of MariaDB. */
const ACCESS_DENIED = "Access denied for user 'tester'@'127.0.0.1' (using password: YES)"

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

const RECOVERED: ExpectedResult = { status: 'UP' }

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
  }
} as const satisfies Record<string, ExpectedResults>
