import t from 'tap'
import { runInNewContext } from 'node:vm'
import { hasMethods, isFunction, isKeyed, isRecord, isThenable } from '../../lib/base/type-guards.js'

await t.test('isRecord() accepts objects except arrays', (t) => {
  t.ok(isRecord({}))
  t.ok(isRecord(Object.create(null)))
  for (const other of [null, undefined, [], 'a', 1, () => 1]) t.notOk(isRecord(other))
  t.end()
})

await t.test('isFunction() accepts functions and classes', (t) => {
  t.ok(isFunction(() => 1))
  t.ok(isFunction(Map))
  t.notOk(isFunction({}))
  t.end()
})

await t.test('hasMethods() requires all methods, own or inherited', (t) => {
  t.ok(hasMethods(new Map(), 'get', 'set'))
  t.notOk(hasMethods(new Map(), 'get', 'size'))
  for (const other of [null, undefined, 'a', () => 1]) t.notOk(hasMethods(other, 'toString'))
  t.end()
})

await t.test('isThenable() accepts anything with a then function', (t) => {
  const then = (): void => undefined
  const thenables = [Promise.resolve(), { then }, Object.assign(() => 1, { then }), Object.create({ then }),
    runInNewContext('Promise.resolve()'), runInNewContext('(async () => undefined)()')]
  for (const thenable of thenables) t.ok(isThenable(thenable))
  for (const other of [null, undefined, 'then', 1, {}, [], () => 1, { then: 1 }]) t.notOk(isThenable(other))
  t.end()
})

await t.test('isKeyed() refuses promises and collections of any realm', (t) => {
  for (const keyed of [{}, Object.create(null), new URL('http://a')]) t.ok(isKeyed(keyed))
  const others = [[], null, Promise.resolve(), { then: () => 1 }, new Map(), new Set(), runInNewContext('new Map()')]
  for (const other of others) t.notOk(isKeyed(other))
  t.end()
})
