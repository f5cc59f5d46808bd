import type { CheckFunction } from '../../../health/check/check-function.js'
import type { FailureStatus } from '../../../health/check/options.js'
import { flag, optionsOf, withDefault } from '../../../base/rules.js'
import { failureStatus } from '../../kit/rules.js'
import { readyMade } from '../../kit/ready-made.js'
import type { ReadyMadeRun } from '../../kit/ready-made.js'
import { timed } from '../../kit/result.js'
import { SharedRequest } from '../shared-request.js'
import { ConnectionBorrower } from './connection-borrower.js'
import type { Pool } from './connection-borrower.js'

/** The options of `postgres` and `mysql`. */
export interface SqlOptions {
  /** Whether a read-only server, for example a standby, is `DOWN`. Default `false`. */
  readonly writable?: boolean | undefined
  /** The status while all connections of the pool stay in use. Default `OUT_OF_SERVICE`. */
  readonly whenExhausted?: FailureStatus | undefined
}

/** The options with their defaults. */
export interface SqlSettings {
  readonly writable: boolean
  readonly whenExhausted: FailureStatus
}

/** The server's answer to the check's query. */
export interface SqlServer {
  readonly version: unknown
  readonly isReadOnly: boolean
}

/** The app's pool, or the single connection that the check shares with the app. */
export type PoolOrConnection<C extends object, P extends C> = SqlClient & (
  { readonly pool: Pool<P> } | { readonly connection: C }
)

interface SqlClient {
  /** Returns a warning if an error of the client would end the process. The check logs it once. */
  readonly missingErrorListener?: () => string | undefined
}

/** The parts of a driver that a check uses. */
export interface Driver<C extends object, P extends C> {
  /** Returns the app's current client. Throws if the app has no client. */
  readonly current: () => PoolOrConnection<C, P>
  readonly query: (connection: C) => Promise<SqlServer>
}

interface QueryResult {
  readonly result: SqlServer
  readonly latencyMs: number
}

export const readSqlOptions = optionsOf<SqlSettings>({
  writable: withDefault(flag, false),
  whenExhausted: failureStatus('OUT_OF_SERVICE')
})

/** Makes a check that queries a server for its version, on one of the app's own connections. */
export function sqlCheck<C extends object, P extends C> (
  driver: Driver<C, P>,
  { writable, whenExhausted }: SqlSettings
): CheckFunction {
  const runner = new SqlRunner(driver, whenExhausted)
  return readyMade(async (run) => {
    const { result, latencyMs } = await runner.run(run)
    Object.assign(run.details, { version: result.version, readOnly: result.isReadOnly, latencyMs })
    if (writable && result.isReadOnly) throw new Error('the server is read-only')
  })
}

/** Runs the query on a borrowed connection of the pool, or on the single connection. */
class SqlRunner<C extends object, P extends C> {
  readonly #driver: Driver<C, P>
  readonly #borrower: ConnectionBorrower<P>
  readonly #request: SharedRequest<C, QueryResult>
  #isWarned = false

  constructor (driver: Driver<C, P>, whenExhausted: FailureStatus) {
    this.#driver = driver
    this.#borrower = new ConnectionBorrower(whenExhausted)
    this.#request = new SharedRequest(async (connection) => await this.#measure(connection))
  }

  async run ({ limit, details, log }: ReadyMadeRun): Promise<QueryResult> {
    const current = this.#driver.current()
    this.#warn(current, log)
    if ('connection' in current) return await this.#request.send(current.connection, limit)
    const { pool } = current
    details['pool'] = pool.usage()
    return await this.#borrower.borrow(pool, limit, async (connection) => await this.#measure(connection))
  }

  async #measure (connection: C): Promise<QueryResult> {
    return await timed(async () => await this.#driver.query(connection))
  }

  #warn (current: PoolOrConnection<C, P>, log: ReadyMadeRun['log']): void {
    const warning = this.#isWarned ? undefined : current.missingErrorListener?.()
    if (warning === undefined) return
    this.#isWarned = true
    log.warn(warning)
  }
}
