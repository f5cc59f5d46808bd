import type { Acquisition, Pool, PoolUsage } from './connection-borrower.js'
import { call, plainError } from './mariadb-call.js'
import { isMariadbPoolConnection, onPoolError } from './mariadb-client.js'
import type { MariadbConnection, MariadbPool, MariadbPoolConnection } from './mariadb-client.js'
import { destroySocket, innerOf, outsideOf, reasonNotToOpen } from './mariadb-outside.js'
import { memberOf } from './mysql-client.js'
import type { OutsideConnection } from './outside-connection.js'

/** The connector's error number for a server that does not answer a new connection in time. */
const CONNECTION_TIMEOUT = 45_012

/** Ignores an error of a connection that goes back to the pool. The pool then closes the connection. */
const ignore = (): undefined => undefined

/**
 * A pool of the connector `mariadb`, as the check uses it. The pool opens its connections in the background and hides
 * why it cannot, so this class looks for the reason.
 */
export class MariadbPoolAdapter implements Pool<MariadbPoolConnection> {
  readonly client: MariadbPool
  readonly settlesRequests = true
  /** Opens a connection outside the pool. Known after the pool has given its first connection. */
  openOutside: (() => OutsideConnection<MariadbConnection>) | undefined
  #problem: Error | undefined
  #isSearching = false

  constructor (pool: MariadbPool) {
    this.client = pool
    onPoolError(pool, (error) => this.#note(plainError(error)))
  }

  /** Why the pool could not open its latest connection. */
  problem (): string | undefined {
    return this.#problem?.message
  }

  acquire (): Acquisition<MariadbPoolConnection> {
    if (this.#opensConnection()) void this.#searchProblem()
    return { connection: this.#getConnection(), cancelOpening: undefined }
  }

  release (connection: MariadbPoolConnection, isBroken: boolean): void {
    if (!isBroken) call((callback) => connection.release(callback)).catch(ignore)
    else if (!destroySocket(innerOf(connection))) connection.destroy()
  }

  /** The pool does not tell how many connections it is opening. */
  usage (): PoolUsage {
    const pool = this.client
    return {
      open: pool.totalConnections(),
      opening: 0,
      idle: pool.idleConnections(),
      waiting: pool.taskQueueSize(),
      max: this.#max()
    }
  }

  isFull (): boolean {
    const { open, max } = this.usage()
    return open >= max
  }

  /** True while the pool pings an idle connection before it gives the connection away: no caller waits then. */
  isValidating (): boolean {
    return this.client.taskQueueSize() === 0
  }

  async #getConnection (): Promise<MariadbPoolConnection> {
    const connection = await call((callback) => this.client.getConnection(callback))
    if (!isMariadbPoolConnection(connection)) throw new Error('the pool returned no connection')
    this.openOutside = outsideOf(connection)
    this.#problem = undefined
    return connection
  }

  #opensConnection (): boolean {
    const { open, idle, max } = this.usage()
    return idle === 0 && open < max
  }

  /** Opens a connection of its own to learn why the pool has none. */
  async #searchProblem (): Promise<void> {
    if (this.openOutside === undefined || this.#isSearching) return
    this.#isSearching = true
    const reason = await reasonNotToOpen(this.openOutside)
    if (reason !== undefined) this.#note(reason)
    this.#isSearching = false
  }

  /** Skips the connector's own timeout, which says no more than the time limit of the check. */
  #note (problem: Error): void {
    if (memberOf(problem, 'errno') !== CONNECTION_TIMEOUT) this.#problem = problem
  }

  /** Reads the limit from the pool's text, its only public place. 0 if a version has another text. */
  #max (): number {
    return Number(/limit=(\d+)/.exec(this.client.toString())?.[1] ?? 0)
  }
}
