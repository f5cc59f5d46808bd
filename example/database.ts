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

/** How long a visitor is kept waiting for a query, in milliseconds. */
const QUERY_TIMEOUT_MS = 1_000

/** An embedded Postgres, in memory, with one connection that all queries share, as a pool of one would. */
export class Database implements Breakable {
  #client: PGlite
  #repair: (() => void | Promise<void>) | undefined

  private constructor (client: PGlite) {
    this.#client = client
  }

  /** Makes a new database, with its tables and some books. This keeps the event loop busy for seconds. */
  static async open (): Promise<Database> {
    const client = await PGlite.create()
    await client.exec(MIGRATION)
    return new Database(client)
  }

  /** Asks the database for a sign of life, on the connection that the queries use. Waits as long as that takes. */
  async ping (): Promise<void> {
    await this.#client.query('SELECT 1')
  }

  /**
   * Runs a query.
   *
   * @throws DATABASE_UNAVAILABLE when the database has not answered within a second, or cannot
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
      signal.throwIfAborted() // Nothing is written for somebody who has been told that it was not.
      const { rows } = await transaction.query<Row>(sql, [...parameters])
      return rows
    })
  }

  async close (): Promise<void> {
    if (this.#client.closed) return
    await this.mend()
    await this.#client.close()
  }

  /** Closes the client, as if the server had gone. What is on its disk stays, and is there again when it is mended. */
  async break (): Promise<void> {
    await this.mend()
    const disk = await this.#client.dumpDataDir('none')
    await this.#client.close()
    this.#repair = async () => {
      this.#client = await PGlite.create({ loadDataDir: disk })
    }
  }

  /** Opens a transaction that nobody ends, so that the connection is taken and every query waits for it. */
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
