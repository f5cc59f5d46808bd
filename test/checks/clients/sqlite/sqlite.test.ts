import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import type { Test } from 'tap'
import { sqlite } from '../../../../lib/checks/clients/sqlite/sqlite.js'
import type { SqliteDatabase } from '../../../../lib/checks/clients/sqlite/sqlite.js'
import { run } from '../../../support/check.js'
import { EXPECTED } from '../../faults/expected.js'
import type { ExpectedResult } from '../../faults/expected.js'

interface NodeSqlite {
  readonly DatabaseSync: new (path: string, options?: { readonly timeout?: number }) => SqliteDatabase
}

/** Node.js 20 has no SQLite: there, the tests with a double of a database remain. */
const { DatabaseSync } = (process.getBuiltinModule('node:sqlite') ?? {}) as Partial<NodeSqlite>
const testOfNode = DatabaseSync === undefined ? async () => await Promise.resolve() : t.test.bind(t)

function open (test: Test, timeout = 0): readonly [SqliteDatabase, string] {
  const file = join(test.testdirName, 'app.db')
  if (DatabaseSync === undefined) throw new Error('this Node has no SQLite')
  const database = new DatabaseSync(file, { timeout })
  database.exec('CREATE TABLE IF NOT EXISTS books (title TEXT)')
  return [database, file]
}

await testOfNode('sqlite() is UP with the file of node:sqlite and its free space', async (t) => {
  t.testdir()
  const [database, file] = open(t)
  t.teardown(() => database.close())
  for (const source of [database, () => database]) {
    const details = { file, latencyMs: Number, freeBytes: Number, minFreeBytes: 10 * 1024 * 1024 }
    t.match(await run(sqlite(source)), { status: 'UP', details })
  }
  const error = /bytes are free, expected at least/
  t.match(await run(sqlite(database, { minFreeShare: 1 })), { status: 'DOWN', details: { error, file } })
})

await testOfNode('sqlite() is DOWN when the file is damaged or the database is closed', async (t) => {
  t.testdir()
  const [database, file] = open(t)
  const check = sqlite(database)
  writeFileSync(file, 'x'.repeat(8_192))
  t.match(await run(check), { status: 'DOWN', details: { error: 'file is not a database' } })
  database.close()
  t.match(await run(check), { status: 'DOWN', details: { error: 'database is not open' } })
})

await testOfNode('sqlite() is DOWN while another connection locks the file', async (t) => {
  t.testdir()
  const [database] = open(t, 60_000)
  const [other] = open(t)
  t.teardown(() => [database, other].forEach((database) => database.close()))
  const check = sqlite(database)
  other.exec('BEGIN EXCLUSIVE')
  t.match(await run(check), { status: 'DOWN', details: { error: 'database is locked' } })
  other.exec('COMMIT')
  t.match(await run(check), { status: 'UP' })
  t.match(database.prepare('PRAGMA busy_timeout').get(), { timeout: 60_000 })
})

/** Locks a file until its input ends, as another process. The argument is the file. */
const LOCK = `
  const { DatabaseSync } = require('node:sqlite')
  const database = new DatabaseSync(process.argv[1])
  database.exec('BEGIN EXCLUSIVE')
  console.log('locked')
  process.stdin.on('end', () => database.exec('COMMIT')).resume()
`

await testOfNode('sqlite() has the results of the table of faults, and is UP again after each', async (t) => {
  t.testdir()
  const [database, file] = open(t)
  const check = sqlite(database)
  const answers = async (expected: ExpectedResult): Promise<unknown> => {
    const { status, details } = await run(check) as ExpectedResult & { readonly details: { readonly error?: string } }
    return t.same([status, details.error?.replaceAll(file, 'FILE')], [expected.status, expected.error])
  }
  const expected = EXPECTED.sqlite
  await answers({ status: 'UP' })

  const locker = spawn(process.execPath, ['-e', LOCK, file], { stdio: ['pipe', 'pipe', 'ignore'] })
  t.teardown(() => locker.kill('SIGKILL'))
  await once(locker.stdout, 'data')
  await answers(expected['locked file'])
  locker.stdin.end()
  await once(locker, 'close')
  await answers({ status: 'UP' })

  const content = readFileSync(file)
  writeFileSync(file, 'x'.repeat(content.length))
  await answers(expected['damaged file'])
  writeFileSync(file, content)
  await answers({ status: 'UP' })

  renameSync(file, `${file}.moved`)
  await answers(expected['removed file'])
  renameSync(`${file}.moved`, file)
  await answers({ status: 'UP' })

  database.close()
  await answers(expected['closed database'])
})

/** A database that records its statements, and answers each with a row. */
function databaseDouble (rowFor: (sql: string) => unknown): SqliteDatabase & { readonly sent: readonly string[] } {
  const sent: string[] = []
  return {
    sent,
    prepare (sql) {
      sent.push(sql)
      return { get: () => rowFor(sql) }
    },
    exec: () => undefined,
    close: () => undefined
  }
}

const FILE_OF_MAIN = "SELECT file FROM pragma_database_list WHERE name = 'main'"

await t.test('sqlite() reads no free space when the database is in memory', async (t) => {
  const double = databaseDouble((sql) => sql === FILE_OF_MAIN ? { file: '' } : { value: 0 })
  const check = sqlite(double)
  t.match(await run(check), { status: 'UP', details: { file: undefined, latencyMs: Number, freeBytes: undefined } })
  await run(check)
  t.same(double.sent, [
    'PRAGMA busy_timeout', 'PRAGMA schema_version', FILE_OF_MAIN, 'PRAGMA busy_timeout', 'PRAGMA schema_version'
  ])
})

await t.test('sqlite() waits 100 ms at most for a lock, and restores the time limit after a failure', async (t) => {
  const double = databaseDouble((sql) => {
    if (sql === 'PRAGMA schema_version') throw new Error('database is locked')
    return [5_000n]
  })
  t.match(await run(sqlite(double)), { status: 'DOWN', details: { error: 'database is locked' } })
  t.same(double.sent, [
    'PRAGMA busy_timeout', 'PRAGMA busy_timeout = 100', 'PRAGMA schema_version', 'PRAGMA busy_timeout = 5000'
  ])
})

await t.test('sqlite() reads the free space of the file', async (t) => {
  const file = join(t.testdir({ 'app.db': '' }), 'app.db')
  const double = databaseDouble((sql) => sql === FILE_OF_MAIN ? [file] : undefined)
  t.match(await run(sqlite(double)), { status: 'UP', details: { file, freeBytes: Number } })
  const missing = databaseDouble((sql) => sql === FILE_OF_MAIN ? [`${file}-removed`] : undefined)
  t.match(await run(sqlite(missing)), { status: 'DOWN', details: { error: /^ENOENT: / } })
})

await t.test('sqlite() throws when its options are invalid', (t) => {
  const double = databaseDouble(() => undefined)
  t.throws(() => sqlite(double, { minfree: 1 } as never), {
    code: 'FST_MANAGEMENT_OPTION_INVALID',
    message: /sqlite\(db\)\.minfree.*did you mean "minFree"/
  })
  t.throws(() => sqlite(double, { minFree: -1 }), { code: 'FST_MANAGEMENT_OPTION_INVALID', message: /sqlite\.minFree/ })
  t.end()
})
