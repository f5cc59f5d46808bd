import { hasMethods } from '../../../base/type-guards.js'

/** The query. Its options fix the shape of the rows, whatever the app configured. */
export interface MariadbQuery {
  sql: string
  rowsAsArray: boolean
  metaAsArray: boolean
  nestTables: boolean
}

/** Receives the result of a call of the connector's callback API. */
export type MariadbCallback = (error: unknown, result?: unknown) => void

/** The parts of a `Connection` of the connector `mariadb`, with promises or callbacks, that the check uses. */
export interface MariadbConnection {
  isValid (): boolean
  serverVersion (): string
  query (query: MariadbQuery, values: undefined, callback: MariadbCallback): unknown
  listenerCount (event: 'error'): number
}

/** The parts of a connection from a pool of `mariadb` that the check uses. */
export interface MariadbPoolConnection extends MariadbConnection {
  release (callback: MariadbCallback): unknown
  destroy (): void
  on (event: 'newListener' | 'end', listener: () => void): unknown
  off (event: 'newListener' | 'end', listener: () => void): unknown
}

/** The parts of a `Pool` of the connector `mariadb`, with promises or callbacks, that the check uses. */
export interface MariadbPool {
  totalConnections (): number
  idleConnections (): number
  taskQueueSize (): number
  getConnection (callback: MariadbCallback): unknown
  toString (): string
}

/** Listens to the errors of a pool. The types of the connector lack this event. */
export function onPoolError (pool: MariadbPool, listener: (error: unknown) => void): void {
  if (emitsErrors(pool)) pool.on('error', listener)
}

function emitsErrors (value: unknown): value is { on (event: 'error', listener: (error: unknown) => void): unknown } {
  return hasMethods(value, 'on')
}

/** Whether a value is a pool of the connector `mariadb`. */
export function isMariadbPool (value: unknown): value is MariadbPool {
  return hasMethods(value, 'getConnection', 'totalConnections', 'idleConnections', 'taskQueueSize')
}

/** Whether a value is a connection of the connector `mariadb`. */
export function isMariadbConnection (value: unknown): value is MariadbConnection {
  return hasMethods(value, 'query', 'isValid', 'serverVersion', 'listenerCount')
}

/** Whether a value is a connection from a pool of the connector `mariadb`. */
export function isMariadbPoolConnection (value: unknown): value is MariadbPoolConnection {
  return isMariadbConnection(value) && hasMethods(value, 'release', 'destroy', 'on', 'off')
}
