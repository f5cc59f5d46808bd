import t from 'tap'
import { firstKeys } from '../../lib/base/first-keys.js'

/** A proxy with 5,000 keys that counts the descriptions of its keys. */
function proxy (isEnumerable: (key: string) => boolean): { readonly value: object, readonly described: () => number } {
  let described = 0
  const value = new Proxy({}, {
    ownKeys: () => [Symbol('s'), ...Array.from({ length: 4_999 }, (_, at) => `k${at}`)],
    getOwnPropertyDescriptor (_target, key) {
      described += 1
      return { value: 1, enumerable: isEnumerable(String(key)), configurable: true }
    }
  })
  return { value, described: () => described }
}

await t.test('firstKeys() returns the first enumerable own keys, and the number of all', (t) => {
  const value = Object.create({ inherited: 1 }, {
    a: { value: 1, enumerable: true }, hidden: { value: 1 }, b: { value: 1, enumerable: true }
  }) as object
  t.same(firstKeys(value, 5), { keys: ['a', 'b'], total: 2 })
  t.same(firstKeys(value, 1), { keys: ['a'], total: 2 })
  t.same(firstKeys({}, 1), { keys: [], total: 0 })
  t.same(firstKeys(new Proxy(value, {}), 5), { keys: ['a', 'b'], total: 3 })
  t.end()
})

await t.test('firstKeys() describes only the keys of a proxy that it returns', (t) => {
  const { value, described } = proxy(() => true)
  t.same(firstKeys(value, 3), { keys: ['k0', 'k1', 'k2'], total: 5_000 })
  t.equal(described(), 3)
  t.end()
})

await t.test('firstKeys() stops at a proxy without enumerable keys', (t) => {
  const { value, described } = proxy((key) => key === 'k4000')
  t.same(firstKeys(value, 3), { keys: [], total: 5_000 })
  t.equal(described(), 29)
  t.end()
})

await t.test('firstKeys() throws the error of a proxy that throws', (t) => {
  t.throws(() => firstKeys(new Proxy({}, { ownKeys () { throw new Error('no') } }), 1), { message: 'no' })
  t.end()
})
