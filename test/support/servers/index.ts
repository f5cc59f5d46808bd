import type t from 'tap'
import { findBinary } from './binary.js'
import { grpc } from './grpc.js'
import { haproxy } from './haproxy.js'
import { http } from './http-double.js'
import { kafka } from './kafka.js'
import type { ServerKind } from './kind.js'
import { mariadb } from './mariadb.js'
import { memcached } from './memcached.js'
import { mongodb } from './mongodb.js'
import { nats } from './nats.js'
import { newPlace } from './place.js'
import { postgres } from './postgres.js'
import { prometheus } from './prometheus.js'
import { rabbitmq } from './rabbitmq.js'
import { redis } from './redis.js'
import { Server } from './server.js'
import { smtp } from './smtp.js'
import type { TestServer } from './server.js'

export type { TestServer } from './server.js'

/** The servers that tests can start. */
export const servers = {
  postgres,
  redis,
  mariadb,
  mongodb,
  kafka,
  memcached,
  nats,
  rabbitmq,
  grpc,
  smtp,
  http,
  haproxy: haproxy(),
  prometheus: prometheus()
} satisfies Record<string, ServerKind>

export type ServerName = keyof typeof servers

const ATTEMPTS = 3

/**
 * Returns why a server cannot start here, or `false` if it can. This is the type of tap's `skip`.
 *
 * @example
 * await t.test('a stopped PostgreSQL is DOWN', { skip: missing('postgres') }, async (t) => {
 *   const server = await startServer(t, 'postgres')
 */
export function missing (name: ServerName): string | false {
  if (process.platform !== 'linux') return `${name} starts on Linux only`
  const absent = servers[name].programs.filter((program) => findBinary(program) === undefined)
  return absent.length > 0 && `${name} is not installed: missing ${absent.join(' and ')}`
}

/**
 * Starts a server with its own data. It ends with the test, even if it is frozen. Pass a kind for a server with
 * parameters.
 */
export async function startServer (
  test: Pick<typeof t, 'teardown'>,
  which: ServerName | ServerKind
): Promise<TestServer> {
  const kind = typeof which === 'string' ? servers[which] : which
  for (let attempt = 1; ; attempt += 1) {
    const server = new Server(kind, await newPlace(kind.user, kind.account))
    test.teardown(async () => await server.remove())
    try {
      await server.start()
      return server
    } catch (error) {
      if (attempt === ATTEMPTS || !isClash(error)) throw error
    }
  }
}

/** A port can be taken between the search for it and the start of the server. */
function isClash (error: unknown): boolean {
  return /in use|eaddrinuse|already a epmd/i.test(String(error))
}
