import { CheckFailure, timed } from '../../kit/result.js'
import type { ReadyMadeRun } from '../../kit/ready-made.js'
import type { TimeLimit } from '../../kit/time-limit.js'
import { systemClock } from '../../../base/clock.js'
import type { Clock } from '../../../base/clock.js'
import { reasonOf } from '../../../base/describe.js'
import { Exhaustion } from '../exhaustion.js'
import { Renewal } from '../renewal.js'
import { SharedRequest } from '../../kit/shared-request.js'
import { ConnectionBorrower } from './connection-borrower.js'
import type { PoolUsage } from './connection-borrower.js'
import type { Driver, PoolClient, PoolOrConnection, SqlServer } from './driver.js'
import { hasIdleConnection } from './idle-connection.js'
import { useOnce } from './outside-connection.js'
import type { SqlSettings } from './sql-options.js'

interface QueryResult {
  readonly result: SqlServer
  readonly latencyMs: number
}

/** Runs the query on a borrowed connection of the pool, or on the single connection. */
export class SqlRunner<C extends object, P extends C> {
  readonly #driver: Driver<C>
  readonly #writable: boolean
  readonly #borrower: ConnectionBorrower<P>
  readonly #renewal: Renewal
  readonly #request: SharedRequest<C, QueryResult>
  #isWarned = false

  constructor (
    driver: Driver<C>,
    settings: SqlSettings,
    clock: Pick<Clock, 'now' | 'random'> = systemClock
  ) {
    this.#driver = driver
    this.#writable = settings.writable
    this.#borrower = new ConnectionBorrower(new Exhaustion(settings, clock), clock)
    this.#renewal = new Renewal(settings.renewAfter, clock)
    this.#request = new SharedRequest(async (connection) => await this.#measure(connection))
  }

  /** @param current the app's current client */
  async run (current: PoolOrConnection<C, P>, run: ReadyMadeRun): Promise<void> {
    this.#warn(current, run.log)
    if ('connection' in current) this.#report(await this.#request.send(current.connection, run.limit), run)
    else await this.#runPool(current, run)
  }

  async #runPool (current: PoolClient<C, P>, run: ReadyMadeRun): Promise<void> {
    const { pool, openOutside, resumesTls = false } = current
    const usage = pool.usage()
    run.details['pool'] = usage
    this.#renewal.start(pool.client)
    const query = async (): Promise<void> => await this.#queryPool(current, run)
    if (openOutside === undefined || (opensConnection(usage) && !resumesTls)) {
      await query()
      return
    }
    await this.#renewal.alongside(query, pool.client, run.limit, {
      open: async (limit) => await useOnce(openOutside, limit, async (connection) => {
        this.#assertWritable(await this.#driver.query(connection))
      }),
      isServerFull: this.#driver.isServerFull
    })
  }

  /** Borrows a connection. If the server is full, waits for a connection that the pool has already. */
  async #queryPool (client: PoolClient<C, P>, run: ReadyMadeRun): Promise<void> {
    try {
      this.#report(await this.#borrow(client, run.limit), run)
    } catch (error) {
      if (!this.#driver.isServerFull(error) || !await hasIdleConnection(client.pool, run.limit)) throw error
      this.#report(await this.#borrow(client, run.limit), run)
      throw new CheckFailure('DEGRADED', `a new connection fails: ${reasonOf(error)}`)
    }
  }

  async #borrow ({ pool, resumesTls = false }: PoolClient<C, P>, limit: TimeLimit): Promise<QueryResult> {
    return await this.#borrower.borrow(pool, limit, async (connection, isNew) => {
      const answer = await this.#measure(connection)
      if (isNew && !resumesTls) this.#renewal.renewed(pool.client)
      return answer
    })
  }

  async #measure (connection: C): Promise<QueryResult> {
    return await timed(async () => await this.#driver.query(connection))
  }

  #report ({ result, latencyMs }: QueryResult, { details }: ReadyMadeRun): void {
    Object.assign(details, { version: result.version, readOnly: result.isReadOnly, latencyMs })
    this.#assertWritable(result)
  }

  #assertWritable ({ isReadOnly }: SqlServer): void {
    if (this.#writable && isReadOnly) throw new Error('the server is read-only')
  }

  #warn (current: PoolOrConnection<C, P>, log: ReadyMadeRun['log']): void {
    const warning = this.#isWarned ? undefined : current.missingErrorListener?.()
    if (warning === undefined) return
    this.#isWarned = true
    log.warn(warning)
  }
}

/** Whether the pool opens a connection for the next caller, which is as good as a renewal. */
function opensConnection ({ open, idle, max }: PoolUsage): boolean {
  return max > 0 && idle === 0 && open < max
}
