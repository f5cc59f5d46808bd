import type { Status } from '../../../lib/health/status.js'

/** What is done to a server, or to the way to it. */
export const FAULTS = ['stopped', 'frozen', 'wrong password', 'pool exhausted', 'reset', 'black hole'] as const

export type Fault = typeof FAULTS[number]

/** What a probe sees of a fault. */
export interface Seen {
  readonly status: Status
  /** `details.error`, with PORT in the place of the port; nothing where the driver mends the fault before the time is over. */
  readonly error?: string
}

/** What a client's check is to say of each fault; nothing of one that the client cannot have. */
export type Expected = Readonly<Record<Fault, Seen | undefined>>

const NO_ANSWER = 'connected, but no answer within 720 ms'

function down (error: string): Seen {
  return { status: 'DOWN', error }
}

function exhausted (most: number): Seen {
  return { status: 'OUT_OF_SERVICE', error: `the pool is exhausted: none of its ${most} connections became free in time` }
}

const MENDED: Seen = { status: 'UP' }

/** What has been seen, by client: the table of the README is made of it, and each test holds its client against it. */
export const EXPECTED = {
  'pg Pool': {
    stopped: down('connect ECONNREFUSED 127.0.0.1:PORT'),
    frozen: down(NO_ANSWER),
    'wrong password': down('password authentication failed for user "tester"'),
    'pool exhausted': exhausted(2),
    reset: down('read ECONNRESET'),
    'black hole': down(NO_ANSWER)
  },
  'mysql2 Pool': {
    stopped: down('connect ECONNREFUSED 127.0.0.1:PORT'),
    frozen: down(NO_ANSWER),
    'wrong password': down("Access denied for user 'tester'@'127.0.0.1' (using password: YES)"),
    'pool exhausted': exhausted(2),
    reset: down('read ECONNRESET'),
    'black hole': down(NO_ANSWER)
  },
  ioredis: {
    stopped: down('the client is in state reconnecting: connect ECONNREFUSED 127.0.0.1:PORT'),
    frozen: down('no answer within 720 ms'),
    'wrong password': down('the client is in state reconnecting: WRONGPASS invalid username-password pair or user is disabled.'),
    'pool exhausted': undefined,
    reset: MENDED,
    'black hole': down('no answer within 720 ms')
  },
  'node-redis': {
    stopped: down('the client is in state connecting: connect ECONNREFUSED 127.0.0.1:PORT'),
    frozen: down('no answer within 720 ms'),
    'wrong password': down('the client is in state connecting: WRONGPASS invalid username-password pair or user is disabled.'),
    'pool exhausted': undefined,
    reset: down('the client is in state connecting: read ECONNRESET'),
    'black hole': down('no answer within 720 ms')
  },
  'node-redis pool': {
    stopped: down('connect ECONNREFUSED 127.0.0.1:PORT'),
    frozen: down('no answer within 720 ms'),
    'wrong password': down('WRONGPASS invalid username-password pair or user is disabled.'),
    'pool exhausted': exhausted(2),
    reset: down('read ECONNRESET'),
    'black hole': down('no answer within 720 ms')
  },
  mongodb: {
    stopped: down('no answer within 720 ms: connect ECONNREFUSED 127.0.0.1:PORT'),
    frozen: down('no answer within 720 ms'),
    'wrong password': down('Authentication failed.'),
    'pool exhausted': exhausted(2),
    reset: down('read ECONNRESET'),
    'black hole': down('no answer within 720 ms')
  },
  amqplib: {
    stopped: down('connect ECONNREFUSED 127.0.0.1:PORT'),
    frozen: down('no answer within 720 ms'),
    'wrong password': down('Handshake terminated by server: 403 (ACCESS-REFUSED) with message "ACCESS_REFUSED - Login was refused using authentication mechanism PLAIN. For details see the broker logfile."'),
    'pool exhausted': undefined,
    reset: down('the connection is closed: read ECONNRESET'),
    'black hole': down('no answer within 720 ms')
  },
  nats: {
    stopped: down('disconnected from 127.0.0.1:PORT, reconnecting'),
    frozen: down('no answer within 720 ms'),
    'wrong password': down('Authorization Violation'),
    'pool exhausted': undefined,
    reset: down('disconnected from 127.0.0.1:PORT, reconnecting'),
    'black hole': down('no answer within 720 ms')
  }
} as const satisfies Record<string, Expected>
