import type { Pool } from './connection-borrower.js'
import type { OutsideConnection } from './outside-connection.js'

/** The server's answer to the check's query. */
export interface SqlServer {
  readonly version: unknown
  readonly isReadOnly: boolean
}

/** The app's pool, or the single connection that the check shares with the app. */
export type PoolOrConnection<C extends object, P extends C> =
  SqlClient & (PoolClient<C, P> | { readonly connection: C })

/** The app's pool. */
export interface PoolClient<C extends object, P extends C> {
  readonly pool: Pool<P>
  /**
   * Opens a connection with the settings of the pool, but outside the pool, so that the pool and its connections are
   * never touched. Undefined if the pool does not show its settings.
   */
  readonly openOutside?: (() => OutsideConnection<C>) | undefined
  /** Whether new connections of the pool resume a TLS session, which hides an expired certificate. */
  readonly resumesTls?: boolean
}

interface SqlClient {
  /** Returns a warning if an error of the client would end the process. The check logs it once. */
  readonly missingErrorListener?: () => string | undefined
}

/** The parts of a driver that a check uses. */
export interface Driver<C extends object> {
  readonly query: (connection: C) => Promise<SqlServer>
  /** True if the server has no room for another connection, but serves the open connections. */
  readonly isServerFull: (error: unknown) => boolean
}
