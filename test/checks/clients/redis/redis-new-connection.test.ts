import { EventEmitter } from 'node:events'
import t from 'tap'
import { redis } from '../../../../lib/checks/clients/redis/redis.js'
import { run } from '../../../support/check.js'
import { RecordingLog } from '../../../support/log.js'
import { never, NodeConnection, NodePool, rejecting, replying } from './doubles.js'

/** A connection that the check opens. node-redis throws when a closed connection is destroyed. */
class Duplicate extends EventEmitter {
  isOpen = true
  destroyed = 0
  connect = replying(undefined)
  ping = replying('PONG')

  destroy (): void {
    this.destroyed += 1
    if (!this.isOpen) throw new Error('The client is closed')
    this.isOpen = false
  }
}

/** A connection of a pool, as node-redis 5 and 6 make it. */
class PoolConnection extends NodeConnection {
  options: object = { url: 'redis://127.0.0.1:6379', socket: { host: '127.0.0.1', port: 6379 } }
  readonly overrides: object[] = []
  readonly duplicates: Duplicate[] = []
  next = (): Duplicate => new Duplicate()

  duplicate (overrides: object): unknown {
    this.overrides.push(overrides)
    const duplicate = this.next()
    this.duplicates.push(duplicate)
    return duplicate
  }
}

/** A check of a pool whose next run opens a new connection. The schedule of the pool begins with its first run. */
async function dueCheck (member: NodeConnection = new PoolConnection(), renewAfter = 1) {
  const pool = Object.assign(new NodePool(), { member })
  const check = redis(pool, { renewAfter })
  await run(check)
  await new Promise((resolve) => setTimeout(resolve, 5))
  return check
}

await t.test('a new connection has the options of the pool, but does not reconnect and has no cache', async (t) => {
  const member = new PoolConnection()
  t.match(await run(await dueCheck(member)), { status: 'UP' })
  const socket = { host: '127.0.0.1', port: 6379, connectTimeout: 4500, reconnectStrategy: false }
  t.same(member.overrides, [{ socket, clientSideCache: undefined }])
  t.match(member.duplicates, [{ destroyed: 1, isOpen: false }])
})

await t.test('a connection without options for the socket is duplicated too', async (t) => {
  for (const options of [{}, undefined]) {
    const member = Object.assign(new PoolConnection(), { options })
    t.match(await run(await dueCheck(member)), { status: 'UP' })
    t.match(member.overrides, [{ socket: { reconnectStrategy: false } }])
  }
})

await t.test('a check is DOWN when a new connection fails, although the pool answers', async (t) => {
  const member = new PoolConnection()
  member.next = () => {
    const duplicate = new Duplicate()
    duplicate.connect = async () => {
      duplicate.isOpen = false
      duplicate.emit('error', new Error('WRONGPASS invalid username-password pair'))
      return await rejecting('WRONGPASS invalid username-password pair')()
    }
    return duplicate
  }
  const check = await dueCheck(member)
  const error = 'a new connection fails: WRONGPASS invalid username-password pair'
  t.match(await run(check), { status: 'DOWN', details: { error, readOnly: false } })
  t.equal(member.duplicates[0]?.destroyed, 1)
})

await t.test('a check is DEGRADED when the server has no room for a new connection', async (t) => {
  const member = new PoolConnection()
  const connect = rejecting('ERR max number of clients reached')
  member.next = () => Object.assign(new Duplicate(), { connect })
  const error = 'a new connection fails: ERR max number of clients reached'
  t.match(await run(await dueCheck(member)), { status: 'DEGRADED', details: { error } })
})

await t.test('a new connection without the right to ping works, and another error is a failure', async (t) => {
  const errors = [['NOPERM this user has no permissions', 'UP'], ['LOADING Redis is loading', 'DOWN']] as const
  for (const [error, status] of errors) {
    const member = new PoolConnection()
    member.next = () => Object.assign(new Duplicate(), { ping: rejecting(error) })
    t.match(await run(await dueCheck(member)), { status })
  }
})

await t.test('a new connection that gets no answer is destroyed at the end of the run', async (t) => {
  const member = new PoolConnection()
  member.next = () => Object.assign(new Duplicate(), { connect: never })
  const check = await dueCheck(member)
  const result = await check({ signal: new AbortController().signal, timeout: 10, log: new RecordingLog() })
  t.match(result, { status: 'DOWN', details: { error: 'a new connection fails: no answer within 9 ms' } })
  t.equal(member.duplicates[0]?.isOpen, false)
})

await t.test('no new connection is opened before renewAfter, or if renewAfter is 0', async (t) => {
  for (const renewAfter of [0, 30_000]) {
    const member = new PoolConnection()
    await run(await dueCheck(member, renewAfter))
    t.same(member.duplicates, [])
  }
})

await t.test('a pool whose connections cannot be duplicated is UP', async (t) => {
  t.match(await run(await dueCheck(new NodeConnection())), { status: 'UP' })
  const useless = Object.assign(new PoolConnection(), { duplicate: () => ({}) })
  t.match(await run(await dueCheck(useless)), { status: 'UP' })
})
