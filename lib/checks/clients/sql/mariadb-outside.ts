import { systemClock } from '../../../base/clock.js'
import { hasMethods, isFunction, isRecord } from '../../../base/type-guards.js'
import type { AnyFunction } from '../../../base/type-guards.js'
import { plainError } from './mariadb-call.js'
import { isMariadbConnection } from './mariadb-client.js'
import type { MariadbConnection, MariadbPoolConnection } from './mariadb-client.js'
import { close } from './outside-connection.js'
import type { OutsideConnection } from './outside-connection.js'
import { memberOf } from './mysql-client.js'

/** The inner connection of the connector, which the connection of the app wraps and hides. */
interface InnerConnection {
  connect (): Promise<unknown>
  end (options: object, resolve: () => void, reject: (error: unknown) => void): void
  on (event: 'error', listener: () => void): unknown
}

/** Keys of the emitter that the connector makes of the options of each connection. */
const EMITTER_KEYS = /^_events|^_maxListeners/

/** Ignores a connection's errors: the query that fails reports them. */
const ignore = (): undefined => undefined

/** Returns the inner connection: an emitter calls its listeners on itself, and the wrapper passes listeners on. */
export function innerOf (connection: MariadbPoolConnection): unknown {
  const emitters: unknown[] = []
  function note (this: unknown): void { emitters.push(this) }
  connection.on('newListener', note)
  connection.on('end', ignore)
  connection.off('end', ignore)
  connection.off('newListener', note)
  return emitters[0]
}

/**
 * Closes the socket at once. The connector's own `destroy` would open a further connection, to kill the query, and wait
 * for a frozen server. Returns false if there is no socket.
 */
export function destroySocket (inner: unknown): boolean {
  const socket = memberOf(inner, 'socket')
  if (!hasMethods(socket, 'destroy')) return false
  // The connector notices an error only.
  Reflect.apply(socket.destroy, socket, [new Error('the check has closed the connection')])
  return true
}

/**
 * Makes a function that opens a connection with the classes and the options of a connection of a pool. Returns
 * undefined if the connection does not show them.
 */
export function outsideOf (
  connection: MariadbPoolConnection
): (() => OutsideConnection<MariadbConnection>) | undefined {
  const inner = innerOf(connection)
  const options = memberOf(inner, 'opts')
  const [Wrapper, Inner] = [Reflect.get(connection, 'constructor') as unknown, memberOf(inner, 'constructor')]
  if (!isRecord(options) || !isFunction(Wrapper) || !isFunction(Inner)) return undefined
  // Copied now, because `changeUser` changes the options of a connection in place.
  const settings = Object.fromEntries(Object.entries(options).filter(([key]) => !EMITTER_KEYS.test(key)))
  return () => open(Reflect.construct(Inner, [settings]), Wrapper)
}

function open (inner: unknown, Wrapper: AnyFunction): OutsideConnection<MariadbConnection> {
  if (!isInnerConnection(inner)) throw new TypeError('a connection of the pool cannot connect')
  const connection: unknown = Reflect.construct(Wrapper, [inner])
  if (!isMariadbConnection(connection)) throw new TypeError('a connection of the pool cannot query')
  inner.on('error', ignore)
  return {
    opened: inner.connect().then(() => connection, (error: unknown) => { throw plainError(error) }),
    end: async () => await new Promise<void>((resolve, reject) => inner.end({}, resolve, reject)),
    destroy: () => { destroySocket(inner) }
  }
}

function isInnerConnection (value: unknown): value is InnerConnection {
  return hasMethods(value, 'connect', 'end', 'on')
}

/** The time in milliseconds after which a connection that was opened to learn a reason is given up. */
const REASON_LIMIT_MS = 1_000

/** Opens and closes a connection. Resolves with the error that prevented it, or undefined. Never rejects. */
export async function reasonNotToOpen (openOutside: () => OutsideConnection<unknown>): Promise<Error | undefined> {
  const connection = openOutside()
  const cancel = systemClock.inBackground(REASON_LIMIT_MS, connection.destroy)
  try {
    await connection.opened
    close(connection)
    return undefined
  } catch (error) {
    return plainError(error)
  } finally {
    cancel()
  }
}
