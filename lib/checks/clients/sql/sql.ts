import type { CheckFunction } from '../../../health/check/attempt.js'
import type { FailureStatus } from '../../../health/check/policy.js'
import { flag, optionsOf, withDefault } from '../../../base/rules.js'
import { failureStatus } from '../../kit/rules.js'
import { readyMade } from '../../kit/ready-made.js'
import type { ReadyMadeRun } from '../../kit/ready-made.js'
import { timed } from '../../kit/result.js'
import { SharedRequest } from '../shared-request.js'
import { Slot } from './borrowed-connection.js'
import type { Pool } from './borrowed-connection.js'

/** How a check of a SQL server judges. */
export interface SqlOptions {
  /** Whether a server that takes no writes, a standby for example, is `DOWN`. Default `false`. */
  readonly writable?: boolean | undefined
  /** What is shown while all connections of the pool stay in use. Default `OUT_OF_SERVICE`. */
  readonly whenExhausted?: FailureStatus | undefined
}

/** The options with the defaults in place. */
export interface SqlSettings {
  readonly writable: boolean
  readonly whenExhausted: FailureStatus
}

/** What a server says of itself. */
export interface SqlServer {
  readonly version: unknown
  readonly isReadOnly: boolean
}

/** What the app has: a pool that lends connections, or one connection that it shares. */
export type Link<C extends object, P extends C> = ({ readonly pool: Pool<P> } | { readonly connection: C }) & {
  /** What endangers the app, where it does: it is logged once. */
  readonly hazard?: () => string | undefined
}

/** How a driver is used. */
export interface Driver<C extends object, P extends C> {
  /** Gives what the app has now. Throws where that is none. */
  readonly link: () => Link<C, P>
  readonly ask: (connection: C) => Promise<SqlServer>
}

interface Answer {
  readonly result: SqlServer
  readonly latencyMs: number
}

export const readSqlOptions = optionsOf<SqlSettings>({
  writable: withDefault(flag, false),
  whenExhausted: failureStatus('OUT_OF_SERVICE')
})

/** Makes a check that asks a server about itself, on a connection that the app has. */
export function sqlCheck<C extends object, P extends C> (driver: Driver<C, P>, { writable, whenExhausted }: SqlSettings): CheckFunction {
  const probe = new SqlProbe(driver, whenExhausted)
  return readyMade(async (run) => {
    const { result, latencyMs } = await probe.run(run)
    Object.assign(run.details, { version: result.version, readOnly: result.isReadOnly, latencyMs })
    if (writable && result.isReadOnly) throw new Error('the server takes no writes')
  })
}

/** Asks over a slot of the pool, or over the one connection. */
class SqlProbe<C extends object, P extends C> {
  readonly #driver: Driver<C, P>
  readonly #slot: Slot<P>
  readonly #request: SharedRequest<C, Answer>
  #isWarned = false

  constructor (driver: Driver<C, P>, whenExhausted: FailureStatus) {
    this.#driver = driver
    this.#slot = new Slot(whenExhausted)
    this.#request = new SharedRequest(async (connection) => await this.#measure(connection))
  }

  async run ({ limit, details, log }: ReadyMadeRun): Promise<Answer> {
    const link = this.#driver.link()
    this.#warn(link, log)
    if ('connection' in link) return await this.#request.send(link.connection, limit)
    const { pool } = link
    details['pool'] = pool.usage()
    return await this.#slot.lend(pool, limit, async (connection) => await this.#measure(connection))
  }

  async #measure (connection: C): Promise<Answer> {
    return await timed(async () => await this.#driver.ask(connection))
  }

  #warn (link: Link<C, P>, log: ReadyMadeRun['log']): void {
    const hazard = this.#isWarned ? undefined : link.hazard?.()
    if (hazard === undefined) return
    this.#isWarned = true
    log.warn(hazard)
  }
}
