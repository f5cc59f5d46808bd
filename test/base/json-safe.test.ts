import { runInNewContext } from 'node:vm'
import t from 'tap'
import { copyOf, toJsonSafe, toJsonSafeObject } from '../../lib/base/json-safe.js'

await t.test('toJsonSafe() keeps JSON values unchanged', (t) => {
  const value = { text: 'a', number: 1.5, no: null, yes: true, list: [1, [2]], inner: { a: 1 } }
  t.same(toJsonSafe(value), value)
  t.end()
})

await t.test('toJsonSafe() replaces values that JSON does not have', (t) => {
  const date = new Date(0)
  t.same(toJsonSafe({
    big: 10n,
    nan: Number.NaN,
    infinite: -Infinity,
    date,
    broken: new Date(Number.NaN),
    bytes: Buffer.from('abc'),
    buffer: new ArrayBuffer(8),
    map: new Map<unknown, unknown>([[1, 'one'], ['two', 2]]),
    set: new Set(['a']),
    url: new URL('http://h/p'),
    symbol: Symbol('s'),
    run: () => 1,
    nothing: undefined,
    list: [undefined, Symbol('s')]
  }), {
    big: '10',
    nan: 'NaN',
    infinite: '-Infinity',
    date: date.toISOString(),
    broken: null,
    bytes: '[3 bytes]',
    buffer: '[8 bytes]',
    map: { 1: 'one', two: 2 },
    set: ['a'],
    url: 'http://h/p',
    list: [null, null]
  })
  t.end()
})

await t.test('toJsonSafe() copies name, message, code and cause of an error, but not its stack', (t) => {
  const error = Object.assign(new TypeError('no', { cause: new Error('why') }), { code: 'E_NO', other: 1 })
  const cause = { name: 'Error', message: 'why' }
  t.same(toJsonSafe(error), { name: 'TypeError', message: 'no', code: 'E_NO', cause })
  t.end()
})

await t.test('toJsonSafe() ends a cycle, but copies a value that appears twice', (t) => {
  const cycle: Record<string, unknown> = { a: 1 }
  cycle['self'] = cycle
  t.same(toJsonSafe(cycle), { a: 1, self: '[circular]' })
  const shared = { b: 1 }
  t.same(toJsonSafe([shared, shared]), [{ b: 1 }, { b: 1 }])
  t.end()
})

await t.test('toJsonSafe() replaces only the value that throws', (t) => {
  t.same(toJsonSafe({ a: 1, get b () { throw new Error('no') } }), { a: 1, b: '[unreadable]' })
  t.same(toJsonSafe({ a: { toJSON () { throw new Error('no') } } }), { a: '[unreadable]' })
  t.equal(toJsonSafe(new Proxy({}, { ownKeys () { throw new Error('no') } })), '[unreadable]')
  t.same(toJsonSafe(new Proxy({ a: 1 }, { getPrototypeOf () { throw new Error('no') } })), { a: 1 })
  t.end()
})

await t.test('toJsonSafe() truncates long texts and large collections', (t) => {
  t.same(toJsonSafe('x'.repeat(3_000)), `${'x'.repeat(2_000)}…`)
  t.match(toJsonSafe(Array(150).fill(1)), [...Array<number>(100).fill(1), '… 50 more'])
  const wide = Object.fromEntries(Array.from({ length: 150 }, (_, at) => [`k${at}`, at]))
  t.match(toJsonSafe(wide), { k0: 0, k99: 99, '…': '50 more' })
  t.notMatch(toJsonSafe(wide), { k100: 100 })
  t.match(toJsonSafe(new Map(Object.entries(wide))), { k99: 99, '…': '50 more' })
  t.end()
})

await t.test('toJsonSafe() stops at a depth of 6', (t) => {
  let deep: unknown = 'bottom'
  for (let level = 0; level < 10; level++) deep = { deep }
  t.same(toJsonSafe(deep), { deep: { deep: { deep: { deep: { deep: { deep: '[an object]' } } } } } })
  t.end()
})

await t.test('toJsonSafe() redacts a secret at the position of the cut', (t) => {
  t.notMatch(String(toJsonSafe(`${'d'.repeat(1_965)} postgres://admin:hunter2hunter2hunter2hunter2@db`)), /hunter2/)
  t.end()
})

await t.test('toJsonSafe() limits the total size of many large values', (t) => {
  const large = Array.from({ length: 100 }, () => Array.from({ length: 100 }, () => 'x'.repeat(1_000)))
  t.ok(JSON.stringify(toJsonSafe(large)).length < 100_000)
  t.end()
})

await t.test('toJsonSafe() redacts values of secret names and secrets in texts', (t) => {
  t.same(toJsonSafe({ password: 'x', apiKey: { id: 1 }, url: 'postgres://u:p@h/db', token: undefined }), {
    password: '[REDACTED]',
    apiKey: { id: 1 },
    url: 'postgres://[REDACTED]@h/db'
  })
  t.end()
})

await t.test('toJsonSafe() keeps numbers and booleans under a secret name', (t) => {
  const details = {
    keys: 1042,
    tokens: 512,
    pass: 3,
    fail: 0,
    session: true,
    auth: false,
    big: { tokens: 5n },
    token: null,
    partitionKey: 'id',
    usage: { tokens: { prompt: 3, completionSum: 4 } },
    secrets: [1, true]
  }
  t.same(toJsonSafe(details), { ...details, big: { tokens: '5' } })
  t.same(toJsonSafe(new Map([['tokens', 5]])), { tokens: 5 })
  t.end()
})

await t.test('toJsonSafe() redacts every value under the name of a password', (t) => {
  const names = ['password', 'passwd', 'passphrase', 'pwd', 'pin', 'otp', 'dbPassword', 'user_pin']
  const redacted = Object.fromEntries(names.map((name) => [name, '[REDACTED]']))
  for (const value of [1234, true, [1, 2], { a: 1 }, 5n, 'x', null]) {
    t.same(toJsonSafe(Object.fromEntries(names.map((name) => [name, value]))), redacted)
  }
  t.end()
})

await t.test('toJsonSafe() redacts texts at any depth below a secret name, and keys that may be secrets', (t) => {
  t.same(toJsonSafe({ session: { user: 'ann', active: 3, list: ['x', 1], error: new Error('no') }, after: 'x' }), {
    session: {
      user: '[REDACTED]',
      active: 3,
      list: ['[REDACTED]', 1],
      error: { name: '[REDACTED]', message: '[REDACTED]' }
    },
    after: 'x'
  })
  for (const key of ['ghp_abc', 'a1b2', 'x'.repeat(40), 'A', '']) {
    t.same(toJsonSafe({ tokens: { [key]: 1 }, after: 'x' }), { tokens: '[REDACTED]', after: 'x' })
  }
  t.end()
})

await t.test('toJsonSafe() drops __proto__, and a constructor with a prototype, at any depth', (t) => {
  const hostile = '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}},"after":1}'
  t.equal(JSON.stringify(toJsonSafe(JSON.parse(hostile))), '{"after":1}')
  t.equal(JSON.stringify(toJsonSafe({ a: [JSON.parse(hostile)] })), '{"a":[{"after":1}]}')
  t.equal(JSON.stringify(toJsonSafe(new Map(Object.entries({ a: 1 })).set('__proto__', 1))), '{"a":1}')
  t.equal(JSON.stringify(toJsonSafe({ toJSON: (): unknown => JSON.parse(hostile) })), '{"after":1}')
  t.equal(Reflect.get({}, 'polluted'), undefined)
  t.end()
})

await t.test('toJsonSafe() keeps the harmless keys constructor, prototype and toString', (t) => {
  const harmless = '{"constructor":1,"prototype":{"a":1},"toString":"x","inner":{"constructor":{"name":"A"}}}'
  t.equal(JSON.stringify(toJsonSafe(JSON.parse(harmless))), harmless)
  t.end()
})

await t.test('toJsonSafeObject() puts a value that is not an object under the key value', (t) => {
  t.same(toJsonSafeObject({ a: 1 }), { a: 1 })
  t.same(toJsonSafeObject(5), { value: 5 })
  t.same(toJsonSafeObject([5]), { value: [5] })
  t.end()
})

await t.test('toJsonSafe() copies values of another realm like its own', (t) => {
  const foreign: unknown = runInNewContext(`({
    error: Object.assign(new AggregateError([new Error("a")], "all", { cause: new Error("why") }), { code: "E" }),
    map: new Map([["a", 1]]),
    set: new Set(["a"]),
    date: new Date(0),
    bytes: new Uint8Array(3),
    buffer: new ArrayBuffer(8),
    shared: new SharedArrayBuffer(4),
    list: [1]
  })`)
  t.same(toJsonSafe(foreign), {
    error: {
      name: 'AggregateError',
      message: 'all',
      code: 'E',
      cause: { name: 'Error', message: 'why' },
      errors: [{ name: 'Error', message: 'a' }]
    },
    map: { a: 1 },
    set: ['a'],
    date: '1970-01-01T00:00:00.000Z',
    bytes: '[3 bytes]',
    buffer: '[8 bytes]',
    shared: '[4 bytes]',
    list: [1]
  })
  t.end()
})

await t.test('copyOf() copies the keys of data, deeply', (t) => {
  const data = { a: { b: [1, null] } }
  t.same(copyOf(data), data)
  t.not(copyOf(data).a, data.a)
  t.end()
})

await t.test('toJsonSafe() converts a boxed primitive like the primitive', (t) => {
  const boxed = ['x', 1, true, 1n, Symbol('s')].map((value) => Object(value) as unknown)
  t.same(toJsonSafe(boxed), ['x', 1, true, '1', null])
  t.equal(toJsonSafe(runInNewContext('new String("x")')), 'x')
  t.equal(toJsonSafe(Object('x'.repeat(5_000_000))), `${'x'.repeat(2_000)}…`)
  t.end()
})

await t.test('toJsonSafe() reads 100 entries of a collection, whatever its size', (t) => {
  let reads = 0
  const entry = { toJSON: (): number => ++reads }
  const list = Array<unknown>(1e7).fill(entry)
  t.match(toJsonSafe(list), { 99: 100, 100: '… 9999900 more' })
  t.match(toJsonSafe(new Map(Array.from({ length: 1_000 }, (_, at) => [at, entry]))), { 99: 200, '…': '900 more' })
  t.match(toJsonSafe(new Set(Array.from({ length: 1_000 }, () => ({ ...entry })))), { 99: 300, 100: '… 900 more' })
  t.match(toJsonSafe(new Array(4_000_000_000)), { 99: null, 100: '… 3999999900 more' })
  t.equal(reads, 300)
  t.end()
})

await t.test('toJsonSafe() describes only the first 100 keys of a proxy', (t) => {
  let described = 0
  const proxy = new Proxy({}, {
    ownKeys: () => Array.from({ length: 5_000 }, (_, at) => `k${at}`),
    getOwnPropertyDescriptor: (_target, key) => {
      described += 1
      return { value: key, enumerable: key !== 'k0', configurable: true }
    },
    get: (_target, key) => key === 'toJSON' ? undefined : key
  })
  const copy = toJsonSafe(proxy) as Record<string, unknown>
  t.match(copy, { k1: 'k1', k100: 'k100', '…': '4900 more' })
  t.notOk('k0' in copy || 'k101' in copy)
  t.equal(described, 101)
  t.end()
})

await t.test('toJsonSafe() lists the keys of one huge object at most', (t) => {
  let lists = 0
  const huge = (): object => new Proxy({}, {
    ownKeys () {
      lists += 1
      return Array.from({ length: 5_000 }, (_, at) => `k${at}`)
    }
  })
  const copy = toJsonSafe({ list: Array.from({ length: 50 }, huge), inner: { a: huge() }, after: 1 })
  t.match(copy, { list: { 1: '[an object]', 49: '[an object]' }, inner: '[an object]', after: 1 })
  t.equal(lists, 1)
  t.end()
})

await t.test('toJsonSafe() counts the characters that it reads, even if redacting shrinks the text', (t) => {
  const long = Array.from({ length: 20 }, () => `password=${'x'.repeat(100_000)}`)
  const copy = toJsonSafe(long) as string[]
  t.equal(copy.filter((text) => text.includes('[REDACTED]')).length, 5)
  t.same(copy.slice(5), Array<string>(15).fill('…'))
  t.end()
})

await t.test('toJsonSafe() converts keys of a map that are no texts', (t) => {
  const throwing = { toJSON () { throw new Error('no') } }
  t.same(toJsonSafe(new Map<unknown, unknown>([
    [Symbol('s'), 1], [10n, 2], [undefined, 3], [null, 4], [new Date(0), 5], [{ a: 1 }, 6], [() => 1, 7],
    [throwing, 8], [true, 9]
  ])), {
    'Symbol(s)': 1,
    10: 2,
    undefined: 3,
    null: 4,
    '1970-01-01T00:00:00.000Z': 5,
    'an object': 6,
    'a function': 7,
    '[unreadable]': 8,
    'the boolean true': 9
  })
  t.match(toJsonSafe(new Map([[new Array(1e7).fill('x'), 1]])), { 'an array of 10000000': 1 })
  t.end()
})

await t.test('toJsonSafe() does not convert a huge bigint', (t) => {
  t.equal(toJsonSafe(10n ** 100n - 1n), '9'.repeat(100))
  t.equal(toJsonSafe(-(10n ** 200_000n)), 'a bigint of more than 100 digits')
  t.end()
})

await t.test('toJsonSafe() redacts texts under a key that is too long for a name', (t) => {
  const key = `x-${'y'.repeat(1_000)}-password`
  t.same(Object.values(toJsonSafe({ [key]: 'hunter2', after: 1 }) as object), ['[REDACTED]', 1])
  t.same(Object.values(toJsonSafe({ [key]: 5 }) as object), [5])
  t.end()
})
