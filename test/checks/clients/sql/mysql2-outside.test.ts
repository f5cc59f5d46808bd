import { EventEmitter } from 'node:events'
import t from 'tap'
import { isServerFull, openOutside, usesTls } from '../../../../lib/checks/clients/sql/mysql2-outside.js'
import { memberOf } from '../../../../lib/checks/clients/sql/mysql-client.js'
import type { AnyPool } from '../../../../lib/checks/clients/sql/mysql-client.js'

interface Options {
  readonly config: { readonly user: string }
}

/** A connection of a pool, as mysql2 makes it. */
class PoolConnectionDouble extends EventEmitter {
  static readonly made: PoolConnectionDouble[] = []
  readonly calls: string[] = []
  readonly stream = Object.assign(new EventEmitter(), { destroy: () => this.calls.push('socket destroyed') })
  readonly pool: unknown
  readonly config: Options['config']

  constructor (pool: unknown, { config }: Options) {
    super()
    this.pool = pool
    this.config = config
    PoolConnectionDouble.made.push(this)
  }

  promise = (): unknown => ({})
  end = (): unknown => this.calls.push('returned to the pool')
  destroy = (): unknown => this.calls.push('destroyed')

  _realEnd (): void {
    this.calls.push('goodbye')
    this.stream.emit('close')
  }
}

/** A pool with members, as mysql2 stores them. */
function poolWith (members: readonly object[], connectionConfig: object | undefined): AnyPool {
  const pool = { config: { connectionConfig }, _allConnections: { toArray: () => members } }
  return { ...pool, getConnection: async () => await Promise.reject(new Error('the pool must not be touched')) }
}

await t.test('openOutside() opens a connection with the class and the settings of the pool', async (t) => {
  const settings = { user: 'app', password: 'one' }
  const member = new PoolConnectionDouble({}, { config: settings })
  const connection = openOutside(poolWith([member], settings))?.()
  const client = PoolConnectionDouble.made.at(-1)
  t.not(client, member)
  t.equal(client?.pool, undefined)
  t.same({ ...client?.config }, settings)
  t.not(client?.config, settings)
  t.equal(await connection?.opened, client)
  t.doesNotThrow(() => client?.emit('error', new Error('Connection lost')))
  await connection?.end()
  connection?.destroy()
  t.same(client?.calls, ['goodbye', 'destroyed', 'socket destroyed'])
  t.same(member.calls, [])
})

await t.test('openOutside() resumes no TLS session: mysql2 keeps one for each ssl object', (t) => {
  const settings = { user: 'app', ssl: { ca: 'pem' } }
  const pool = poolWith([new PoolConnectionDouble({}, { config: settings })], settings)
  openOutside(pool)?.()
  const config = PoolConnectionDouble.made.at(-1)?.config
  t.match(config, settings)
  t.not(memberOf(config, 'ssl'), settings.ssl)
  t.same([usesTls(pool), usesTls(poolWith([], {}))], [true, false])
  t.end()
})

await t.test('openOutside() returns undefined when the pool has no connection or hides its settings', (t) => {
  const member = new PoolConnectionDouble({}, { config: { user: 'app' } })
  t.equal(openOutside(poolWith([], {})), undefined)
  t.equal(openOutside(poolWith([member], undefined)), undefined)
  t.end()
})

await t.test('openOutside() throws when the class makes no connection', (t) => {
  t.throws(() => openOutside(poolWith([new Map()], {}))?.(), TypeError)
  t.throws(() => openOutside(poolWith([{}], {}))?.(), { message: 'a connection of the pool cannot connect' })
  t.end()
})

await t.test('openOutside() rejects the end of a connection that lacks the private parts of mysql2', async (t) => {
  for (const hidden of ['_realEnd', 'stream']) {
    const member = new PoolConnectionDouble({}, { config: { user: 'app' } })
    const connection = openOutside(poolWith([member], {}))?.()
    const client = PoolConnectionDouble.made.at(-1)
    Object.defineProperty(client, hidden, { value: undefined })
    t.equal(await connection?.opened, client)
    await t.rejects(connection?.end() ?? Promise.resolve(), { message: 'the connection cannot say goodbye' })
    connection?.destroy()
    t.match(client?.calls, ['destroyed'])
  }
})

await t.test('isServerFull() recognizes a full server and a user without a free connection', (t) => {
  const limit = (resource: string): Error => new Error(`User 'app' has exceeded the '${resource}' resource`)
  const full: readonly unknown[] = [
    Object.assign(new Error('Too many connections'), { errno: 1040 }),
    Object.assign(new Error('User app already has more than \'max_user_connections\''), { errno: 1203 }),
    Object.assign(limit('max_user_connections'), { errno: 1226 })
  ]
  t.same(full.filter((error) => !isServerFull(error)), [])
  const others: readonly unknown[] = [
    Object.assign(new Error('Access denied'), { errno: 1045 }),
    Object.assign(limit('max_questions'), { errno: 1226 }),
    undefined,
    'Too many connections'
  ]
  t.same(others.filter((error) => isServerFull(error)), [])
  t.end()
})
