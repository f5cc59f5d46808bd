import t from 'tap'
import { hasMethods, isFunction, isRecord } from '../../lib/base/type-guards.js'

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
