import type t from 'tap'
import { findBinary } from './binary.js'
import { haproxy } from './haproxy.js'
import type { ServerKind } from './kind.js'
import { mariadb } from './mariadb.js'
import { mongodb } from './mongodb.js'
import { nats } from './nats.js'
import { newPlace } from './place.js'
import { postgres } from './postgres.js'
import { rabbitmq } from './rabbitmq.js'
import { redis } from './redis.js'
import { Server } from './server.js'
import type { TestServer } from './server.js'

export type { TestServer } from './server.js'

/** What can be started. */
export const servers = { postgres, redis, mariadb, mongodb, nats, rabbitmq, haproxy: haproxy() } satisfies Record<string, ServerKind>

export type ServerName = keyof typeof servers

const ATTEMPTS = 3

/**
 * Why a server cannot be started here, or `false` where it can: what tap's `skip` takes.
 *
 * @example
 * await t.test('a stopped PostgreSQL is DOWN', { skip: missing('postgres') }, async (t) => {
 *   const server = await startServer(t, 'postgres')
 */
export function missing (name: ServerName): string | false {
  if (process.platform !== 'linux') return `${name} is started on Linux only`
  const absent = servers[name].programs.filter((program) => findBinary(program) === undefined)
  return absent.length > 0 && `${name} is not installed: there is no ${absent.join(' and no ')} here`
}

/** Starts a server with data of its own, which is gone with the test, frozen or not. Of one that is told more than its name, the kind. */
export async function startServer (test: Pick<typeof t, 'teardown'>, which: ServerName | ServerKind): Promise<TestServer> {
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

/** A port is free when it is looked for, and another's a moment later. */
function isClash (error: unknown): boolean {
  return /in use|eaddrinuse|already a epmd/i.test(String(error))
}
