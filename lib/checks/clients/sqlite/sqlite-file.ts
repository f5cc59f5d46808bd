import { hasMethods } from '../../../base/type-guards.js'

/** A statement of a database. */
interface SqliteStatement {
  get (): unknown
}

/**
 * The parts of a `Database` of better-sqlite3 or a `DatabaseSync` of node:sqlite that the check uses.
 *
 * @see `docs/ready-made-checks.md#sqlite`
 */
export interface SqliteDatabase {
  prepare (sql: string): SqliteStatement
  exec (sql: string): unknown
  close (): unknown
}

/** The longest wait for a lock, in milliseconds. The wait blocks the event loop. */
const MAX_WAIT_MS = 100

/** The main database of a connection. */
export class SqliteFile {
  readonly #database: SqliteDatabase
  #path: string | undefined

  constructor (database: SqliteDatabase) {
    this.#database = database
  }

  /** The path of the file. It is empty for a database in memory. */
  get path (): string {
    this.#path ??= String(this.#valueOf("SELECT file FROM pragma_database_list WHERE name = 'main'"))
    return this.#path
  }

  /**
   * Reads the head of the file, which takes a shared lock. Nothing else can use the connection meanwhile, so nothing
   * sees that its `busy_timeout` is shorter.
   */
  readHead (): void {
    const wait = Number(this.#valueOf('PRAGMA busy_timeout'))
    const isTooLong = wait > MAX_WAIT_MS
    if (isTooLong) this.#valueOf(`PRAGMA busy_timeout = ${MAX_WAIT_MS}`)
    try {
      this.#valueOf('PRAGMA schema_version')
    } finally {
      if (isTooLong) this.#valueOf(`PRAGMA busy_timeout = ${wait}`)
    }
  }

  /** Returns the first value of the first row. A connection may return rows as arrays. */
  #valueOf (sql: string): unknown {
    const row: unknown = this.#database.prepare(sql).get()
    return Object.values<unknown>({ ...row as object })[0]
  }
}

/** Whether `sqlite` accepts a value. Libraries that return promises or call back have these methods too. */
export function isSqlite (value: unknown): value is SqliteDatabase {
  return hasMethods(value, 'prepare', 'exec', 'close') && !isAsynchronous(value)
}

/** Whether a value is a `Database` of sqlite3, or the same with promises by the package sqlite. */
export function isAsynchronous (value: unknown): boolean {
  return hasMethods(value, 'prepare', 'exec', 'each', 'run')
}
