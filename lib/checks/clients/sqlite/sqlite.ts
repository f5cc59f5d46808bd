import type { CheckFunction } from '../../../health/check/check-function.js'
import { FileSystem, freeSpaceRules } from '../../host/disk-space.js'
import type { FreeSpaceSettings } from '../../host/disk-space.js'
import { readyMade } from '../../kit/ready-made.js'
import { timed } from '../../kit/result.js'
import { readyMadeOptions } from '../../kit/ready-made-options.js'
import { clientFrom } from '../client-source.js'
import type { ClientSource } from '../client-source.js'
import { PerClient } from '../per-client.js'
import { isSqlite, SqliteFile } from './sqlite-file.js'
import type { SqliteDatabase } from './sqlite-file.js'
import { SQLITE_MISTAKES } from './sqlite-mistakes.js'

export type { SqliteDatabase } from './sqlite-file.js'

/**
 * The options of `sqlite()`.
 *
 * @see `docs/ready-made-checks.md#sqlite`
 */
export interface SqliteOptions {
  /**
   * The least free space in the file system of the database, in bytes.
   *
   * @default 10_485_760 (10 MiB)
   * @example { minFree: 500 * 1024 ** 2 }
   * @see `docs/ready-made-checks.md#sqlite`
   */
  readonly minFree?: number | undefined
  /**
   * The least free share of that file system, from 0 to 1.
   *
   * @default 0
   * @example { minFreeShare: 0.05 }
   * @see `docs/ready-made-checks.md#sqlite`
   */
  readonly minFreeShare?: number | undefined
}

const CLIENT_TYPE = {
  check: 'sqlite',
  description: 'a Database of better-sqlite3, a DatabaseSync of node:sqlite, or a function that returns one',
  is: isSqlite,
  mistakes: SQLITE_MISTAKES
}

const readOptions = readyMadeOptions<FreeSpaceSettings>('db', freeSpaceRules)

/**
 * Makes a check that reads the head of a SQLite database, synchronously, and the free space of its file system.
 *
 * @param db a `Database` of better-sqlite3, a `DatabaseSync` of node:sqlite, or a function that returns it
 * @throws FST_MANAGEMENT_CLIENT_INVALID, FST_MANAGEMENT_OPTION_INVALID
 * @example fastify.management.addCheck('readiness', 'db', sqlite(db))
 * @see `docs/ready-made-checks.md#sqlite`
 * @see https://www.sqlite.org/pragma.html#pragma_schema_version
 */
export function sqlite (db: ClientSource<SqliteDatabase>, options: SqliteOptions = {}): CheckFunction {
  const current = clientFrom(db, CLIENT_TYPE)
  const settings = readOptions(options, 'sqlite')
  const files = new PerClient((client: SqliteDatabase) => new SqliteFile(client))
  const fileSystems = new PerClient((file: SqliteFile) => new FileSystem(file.path))
  return readyMade(async ({ limit, details }) => {
    const file = files.of(current())
    const { latencyMs } = await timed(async () => {
      await Promise.resolve()
      file.readHead()
    })
    Object.assign(details, { file: file.path === '' ? undefined : file.path, latencyMs })
    if (file.path !== '') await fileSystems.of(file).assertFreeSpace(settings, limit, details)
  })
}
