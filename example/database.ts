import { once } from 'node:events'
import { PGlite, protocol } from '@electric-sql/pglite'
import type { Breakable } from './breakable.js'
import { errors } from './errors.js'

const MIGRATION = `
  CREATE TABLE books (id serial PRIMARY KEY, title text NOT NULL, author text NOT NULL);
  INSERT INTO books (title, author) VALUES
    ('Release It!', 'Michael Nygard'),
    ('Site Reliability Engineering', 'Betsy Beyer');
`

/** How long a visitor waits for a query, in milliseconds. */
const QUERY_TIMEOUT_MS = 1_000

/** An embedded Postgres, in memory. All queries share one connection, like a pool of size one. */
export class Database implements Breakable {
  #client: PGlite
  #repair: (() => void | Promise<void>) | undefined

  private constructor (client: PGlite) {
    this.#client = client
  }

  /** Creates a database with its tables and some books. This blocks the event loop for seconds. */
  static async open (): Promise<Database> {
    const client = await PGlite.create()
    await client.exec(MIGRATION)
    return new Database(client)
  }

  /** Sends a query over the connection that all queries share. Has no time limit. */
  async ping (): Promise<void> {
    await this.#client.query('SELECT 1')
  }

  /**
   * Runs a query.
   *
   * @throws DATABASE_UNAVAILABLE if the database fails, or does not answer within a second
   */
  async query<Row> (sql: string, ...parameters: readonly unknown[]): Promise<Row[]> {
    const signal = AbortSignal.timeout(QUERY_TIMEOUT_MS)
    try {
      return await Promise.race([this.#run<Row>(sql, parameters, signal), rejection(signal)])
    } catch (cause) {
      if (cause instanceof protocol.messages.DatabaseError) throw cause
      throw new errors.DatabaseUnavailable({ cause })
    }
  }

  async #run<Row> (sql: string, parameters: readonly unknown[], signal: AbortSignal): Promise<Row[]> {
    return await this.#client.transaction(async (transaction) => {
      signal.throwIfAborted() // The visitor has already received an error, so write nothing.
      const { rows } = await transaction.query<Row>(sql, [...parameters])
      return rows
    })
  }

  async close (): Promise<void> {
    if (this.#client.closed) return
    await this.mend()
    await this.#client.close()
  }

  /** Closes the client, as if the server had crashed. Its data stays on disk, and mend() brings it back. */
  async break (): Promise<void> {
    await this.mend()
    const disk = await this.#client.dumpDataDir('none')
    await this.#client.close()
    this.#repair = async () => {
      this.#client = await PGlite.create({ loadDataDir: disk })
    }
  }

  /** Opens a transaction that never ends, so that every query waits for the only connection. */
  async hang (): Promise<void> {
    await this.mend()
    const end = new AbortController()
    this.#repair = () => end.abort()
    await new Promise<void>((resolve, reject) => {
      this.#client.transaction(async () => {
        resolve()
        await once(end.signal, 'abort')
      }).catch(reject)
    })
  }

  async mend (): Promise<void> {
    await this.#repair?.()
    this.#repair = undefined
  }
}

async function rejection (signal: AbortSignal): Promise<never> {
  await once(signal, 'abort')
  throw signal.reason
}
