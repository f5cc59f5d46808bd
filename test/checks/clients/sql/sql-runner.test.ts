import t from 'tap'
import type { Pool, PoolUsage } from '../../../../lib/checks/clients/sql/connection-borrower.js'
import type { Driver, PoolClient, SqlServer } from '../../../../lib/checks/clients/sql/driver.js'
import { SqlRunner } from '../../../../lib/checks/clients/sql/sql-runner.js'
import { readyMade } from '../../../../lib/checks/kit/ready-made.js'
import type { RunResult } from '../../../../lib/health/check/result.js'
import { ManualClock } from '../../../support/clock.js'
import { run } from '../../../support/check.js'

type Answer = () => Promise<SqlServer>

interface Connection {
  readonly answer: Answer
}

const WRITABLE: Answer = async () => await Promise.resolve({ version: '17.2', isReadOnly: false })
const READ_ONLY: Answer = async () => await Promise.resolve({ version: '17.2', isReadOnly: true })
const FULL: Answer = async () => await Promise.reject(new Error('too many connections'))

/** A pool that a test fills, on a server that a test breaks. */
class AppDouble {
  readonly clock = new ManualClock()
  /** The number of connections opened outside the pool. */
  opened = 0
  /** The answer over a new connection. */
  newAnswer = WRITABLE
  /** The answer over a connection of the pool. */
  poolAnswer = WRITABLE
  usage: PoolUsage = { open: 1, opening: 0, idle: 1, waiting: 0, max: 2 }

  readonly pool: Pool<Connection> = {
    client: {},
    acquire: () => {
      const isNew = this.usage.idle === 0
      const answer = async (): Promise<SqlServer> => await this.poolAnswer()
      const connection = isNew ? this.newAnswer().then(() => ({ answer })) : Promise.resolve({ answer })
      return { connection, cancelOpening: isNew ? () => undefined : undefined }
    },
    release: () => undefined,
    usage: () => this.usage
  }

  readonly openOutside = () => {
    this.opened += 1
    const answer = this.newAnswer
    return { opened: Promise.resolve({ answer }), end: async () => await Promise.resolve(), destroy: () => undefined }
  }

  client: PoolClient<Connection, Connection> = { pool: this.pool, openOutside: this.openOutside }

  readonly driver: Driver<Connection> = {
    query: async ({ answer }) => await answer(),
    isServerFull: (error) => String(error).includes('too many')
  }

  /** Makes a check that has run once, and whose next run is due to renew. */
  async makeCheck (writable = false): Promise<() => Promise<RunResult>> {
    const settings = { writable, whenExhausted: 'OUT_OF_SERVICE', exhaustedFor: 5_000, renewAfter: 30_000 } as const
    const runner = new SqlRunner<Connection, Connection>(this.driver, settings, this.clock)
    const check = readyMade(async (run) => await runner.run(this.client, run))
    const runCheck = async (): Promise<RunResult> => await run(check)
    await runCheck()
    await this.clock.pass(30_000)
    return runCheck
  }
}

await t.test('a check opens a connection outside the pool when a renewal is due', async (t) => {
  const app = new AppDouble()
  const check = await app.makeCheck()
  t.equal(app.opened, 0)
  t.match(await check(), { status: 'UP', details: { version: '17.2' } })
  t.match(await check(), { status: 'UP' })
  t.equal(app.opened, 1)
})

await t.test('a check is DOWN when the pool answers, but a new connection fails', async (t) => {
  const app = new AppDouble()
  const check = await app.makeCheck()
  app.newAnswer = async () => await Promise.reject(new Error('password authentication failed'))
  const expected = {
    status: 'DOWN',
    details: { error: 'a new connection fails: password authentication failed', version: '17.2', pool: { idle: 1 } }
  }
  t.match([await check(), await check()], [expected, expected])
  app.newAnswer = WRITABLE
  t.match(await check(), { status: 'UP' })
  t.equal(app.opened, 3)
})

await t.test('a check is DEGRADED when the pool answers, but the server is full', async (t) => {
  const app = new AppDouble()
  const check = await app.makeCheck()
  app.newAnswer = FULL
  t.match(await check(), {
    status: 'DEGRADED',
    details: { error: 'a new connection fails: too many connections', version: '17.2', readOnly: false }
  })
})

await t.test('a check is DOWN when neither the pool nor a new connection answers', async (t) => {
  const app = new AppDouble()
  const check = await app.makeCheck()
  app.poolAnswer = async () => await Promise.reject(new Error('reset'))
  app.newAnswer = FULL
  t.match(await check(), { status: 'DOWN', details: { error: 'reset' } })
})

await t.test('a check that must write is DOWN when a new connection reaches a read-only server', async (t) => {
  const app = new AppDouble()
  app.newAnswer = READ_ONLY
  const lenient = await app.makeCheck()
  t.match(await lenient(), { status: 'UP' })
  const strict = await app.makeCheck(true)
  t.match(await strict(), { status: 'DOWN', details: { error: 'a new connection fails: the server is read-only' } })
})

await t.test('a check that must write is DOWN on a read-only server that is also full', async (t) => {
  const app = new AppDouble()
  app.poolAnswer = READ_ONLY
  app.newAnswer = FULL
  const check = await app.makeCheck(true)
  t.match(await check(), { status: 'DOWN', details: { error: 'the server is read-only' } })
})

await t.test('a connection that the pool opens for the check replaces a renewal', async (t) => {
  const app = new AppDouble()
  const check = await app.makeCheck()
  app.usage = { open: 0, opening: 0, idle: 0, waiting: 0, max: 2 }
  t.match(await check(), { status: 'UP' })
  app.usage = { ...app.usage, open: 1, idle: 1 }
  t.match(await check(), { status: 'UP' })
  t.equal(app.opened, 0)
})

await t.test('a connection that the pool opens does not replace a renewal when the pool resumes TLS', async (t) => {
  const app = new AppDouble()
  app.client = { ...app.client, resumesTls: true }
  const check = await app.makeCheck()
  app.usage = { open: 0, opening: 0, idle: 0, waiting: 0, max: 2 }
  t.match(await check(), { status: 'UP' })
  t.equal(app.opened, 1)
})

await t.test('a busy pool that is full does not stop renewals', async (t) => {
  const app = new AppDouble()
  const check = await app.makeCheck()
  app.usage = { open: 2, opening: 0, idle: 0, waiting: 0, max: 2 }
  await check()
  t.equal(app.opened, 1)
})

await t.test('a check opens no connection outside a pool that does not show its settings', async (t) => {
  const app = new AppDouble()
  app.client = { pool: app.pool }
  const check = await app.makeCheck()
  t.match(await check(), { status: 'UP' })
  t.equal(app.opened, 0)
})

await t.test('a check is DEGRADED when the server is full and a connection in use becomes idle in time', async (t) => {
  const app = new AppDouble()
  const check = await app.makeCheck()
  const busy = { open: 1, opening: 0, idle: 0, waiting: 0, max: 2 }
  app.usage = busy
  app.newAnswer = async () => {
    setImmediate(() => { app.usage = { ...busy, idle: 1 } })
    return await FULL()
  }
  t.match(await check(), {
    status: 'DEGRADED',
    details: { error: 'a new connection fails: too many connections', version: '17.2' }
  })
})

await t.test('a check is DOWN when the server is full and the pool has no connection', async (t) => {
  const app = new AppDouble()
  const check = await app.makeCheck()
  app.usage = { open: 0, opening: 0, idle: 0, waiting: 0, max: 2 }
  app.newAnswer = FULL
  t.match(await check(), { status: 'DOWN', details: { error: 'too many connections' } })
})
