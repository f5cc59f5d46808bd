import t from 'tap'
import {
  classNames, hasProperties, isLiteral, passiveView, peek, peekKeys, peekMethods, propertyOf
} from '../../lib/base/passive.js'

/** A class whose getter counts its calls. */
class Client {
  static reads = 0
  readonly options = { type: 'postgres' }
  get pool (): object { Client.reads += 1; return {} }
  query (): void { Client.reads += 1 }
}

class Extended extends Client {}

/** A proxy that counts the reads of its properties, as a client that connects at its first use. */
function lazy (target: object): { readonly proxy: object, readonly reads: () => number } {
  let reads = 0
  const has = (): boolean => {
    reads += 1
    return true
  }
  return { proxy: new Proxy(target, { get: has, has }), reads: () => reads }
}

await t.test('peek() reads a property or a path of the value and its prototypes', (t) => {
  const client = new Extended()
  t.equal(peek(client, 'options', 'type'), 'postgres')
  t.type(peek(client, 'query'), 'function')
  t.same([peek(client, 'nothing', 'inside'), peek(7, 'x'), peek(undefined, 'x'), peek(null, 'x')], Array(4))
  t.equal(peek(Extended, 'name'), 'Extended')
  t.end()
})

await t.test('peek() and peekKeys() call no getter', (t) => {
  const client = new Extended()
  t.equal(peek(client, 'pool'), undefined)
  t.ok(peekKeys(client, 'pool', 'query', 'options'))
  t.notOk(peekKeys(client, 'pool', 'missing'))
  t.ok(peekMethods(client, 'query'))
  t.notOk(peekMethods(client, 'query', 'pool'))
  t.equal(Client.reads, 0)
  t.end()
})

await t.test('peek() reads only the own properties of a proxy, without its traps for reads', (t) => {
  const { proxy, reads } = lazy(Object.assign(new Client(), { own: 1 }))
  t.equal(peek(proxy, 'own'), 1)
  t.equal(peek(proxy, 'query'), undefined)
  t.equal(peek(Object.create(proxy) as object, 'own'), 1)
  t.notOk(isLiteral(proxy))
  t.equal(reads(), 0)
  t.end()
})

await t.test('propertyOf() ends at a proxy that is its own prototype', (t) => {
  const endless: object = new Proxy({}, { getPrototypeOf: () => endless })
  t.equal(propertyOf(Object.create(endless) as object, 'x'), undefined)
  let deep: object = { x: 1 }
  for (let count = 0; count < 50; count++) deep = Object.create(deep) as object
  t.equal(propertyOf(deep, 'x'), undefined)
  t.end()
})

await t.test('classNames() lists the class and the classes above, and the name of a function', (t) => {
  t.same(classNames(new Extended()).slice(1), ['Extended', 'Client', 'Object'])
  t.same(classNames(function knex () { return 1 }), ['knex'])
  t.same(classNames(Object.create(null) as object), [undefined])
  t.end()
})

await t.test('isLiteral() is true for the literals of any realm', (t) => {
  for (const value of [{}, { a: 1 }, Object.create(null)]) t.ok(isLiteral(value))
  for (const value of [new Client(), [], null, 7, () => 1]) t.notOk(isLiteral(value))
  t.same([{}, () => 1, [], null, 'x'].map(hasProperties), [true, true, false, false, false])
  t.end()
})

await t.test('passiveView() reads getters as undefined, also inside', (t) => {
  interface View { readonly client: Client, readonly list: unknown }
  const view = passiveView({ client: new Client(), list: [1], text: 'x' }) as View
  t.equal(view.client.pool, undefined)
  t.ok('pool' in view.client)
  t.notOk('x' in view)
  t.equal(view.client.options.type, 'postgres')
  t.same(view.list, [1])
  t.equal(passiveView('x'), 'x')
  t.equal(Client.reads, 0)
  t.end()
})
