import { EventEmitter } from 'node:events'
import t from 'tap'
import { destroySocket, isServerFull, openOutside } from '../../../../lib/checks/clients/sql/postgres-outside.js'

/** A client as pg and pg-native make it. */
class ClientDouble extends EventEmitter {
  static readonly made: ClientDouble[] = []
  readonly options: unknown
  readonly calls: string[] = []
  readonly connection: object | undefined = { stream: { destroy: () => this.calls.push('destroyed') } }

  constructor (options: unknown) {
    super()
    this.options = options
    ClientDouble.made.push(this)
  }

  connect = async (): Promise<unknown> => await Promise.resolve(this.calls.push('connect'))
  query = async (): Promise<{ rows: [] }> => await Promise.resolve({ rows: [] })
  end = async (): Promise<unknown> => await Promise.resolve(this.calls.push('end'))
}

class NativeClientDouble extends ClientDouble {
  override readonly connection = undefined

  override end = async (): Promise<unknown> => {
    this.calls.push('end')
    return await Promise.reject(new Error('not connected'))
  }
}

await t.test('openOutside() opens a client with the class and the options of the pool', async (t) => {
  const options = { max: 3, password: () => 'token' }
  const connection = openOutside({ Client: ClientDouble, options })?.()
  const [client] = ClientDouble.made.splice(0)
  t.equal(client?.options, options)
  t.equal(await connection?.opened, client)
  t.doesNotThrow(() => client?.emit('error', new Error('Connection terminated')))
  await connection?.end()
  connection?.destroy()
  t.same(client?.calls, ['connect', 'end', 'destroyed'])
})

await t.test('openOutside() ends a client that has no socket', async (t) => {
  const connection = openOutside({ Client: NativeClientDouble, options: {} })?.()
  const [client] = ClientDouble.made.splice(0)
  connection?.destroy()
  await connection?.opened
  t.same(client?.calls, ['connect', 'end'])
})

await t.test('openOutside() returns undefined when the pool does not show its class', (t) => {
  t.equal(openOutside({ options: { max: 3 } }), undefined)
  t.end()
})

await t.test('openOutside() throws when the class makes no client', (t) => {
  t.throws(() => openOutside({ Client: Map, options: [] })?.(), { message: 'the client of the pool cannot connect' })
  t.end()
})

await t.test('destroySocket() returns false when the client has no socket', (t) => {
  t.same([{}, { connection: {} }, { connection: 1 }].map((client) => destroySocket(client)), [false, false, false])
  t.end()
})

await t.test('isServerFull() recognizes a full server, database, role and pooler', (t) => {
  const full: readonly unknown[] = [
    Object.assign(new Error('sorry, too many clients already'), { code: '53300' }),
    Object.assign(new Error('remaining connection slots are reserved for superusers'), { code: '53300' }),
    Object.assign(new Error('too many connections for role "app"'), { code: '53300' }),
    Object.assign(new Error('no more connections allowed (max_client_conn)'), { code: '08P01' }),
    new Error('MaxClientsInSessionMode: max clients reached - in Session mode'),
    new Error('Max client connections reached'),
    new Error('connection to server at "127.0.0.1", port 5432 failed: FATAL:  sorry, too many clients already')
  ]
  t.same(full.filter((error) => !isServerFull(error)), [])
  const others: readonly unknown[] = [
    Object.assign(new Error('password authentication failed'), { code: '28P01' }),
    Object.assign(new Error('the database system is starting up'), { code: '57P03' }),
    undefined,
    'sorry'
  ]
  t.same(others.filter((error) => isServerFull(error)), [])
  t.end()
})
