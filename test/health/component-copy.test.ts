import t from 'tap'
import { toComponents } from '../../lib/health/component-copy.js'

await t.test('toComponents() returns no components when the value is not an object', (t) => {
  for (const value of [undefined, null, 'a', 1, []]) t.same(toComponents(value), {})
  t.end()
})

await t.test('a part with an unknown status becomes UNKNOWN', (t) => {
  t.same(toComponents({ a: { status: 'WARNING' }, b: {}, c: null, d: 'UP', e: { status: 'UNKNOWN' } }), {
    a: { status: 'UNKNOWN' },
    b: { status: 'UNKNOWN' },
    c: { status: 'UNKNOWN' },
    d: { status: 'UNKNOWN' },
    e: { status: 'UNKNOWN' }
  })
  t.end()
})

await t.test('a part keeps only its status, details, time, duration and parts, if they are valid', (t) => {
  const valid = {
    status: 'UP',
    components: { b: { status: 'DOWN' } },
    time: '2026-01-01T00:00:00.000Z',
    durationMs: 1.5
  }
  t.same(toComponents({ a: { ...valid, details: { password: 'x' }, extra: 1 } }), {
    a: { ...valid, details: { password: '[REDACTED]' } }
  })
  const invalid = { status: 'UP', details: 1, components: [], time: 'now', durationMs: -1 }
  t.same(toComponents({ a: invalid, b: { status: 'UP', durationMs: Infinity } }), {
    a: { status: 'UP' },
    b: { status: 'UP' }
  })
  t.end()
})

await t.test('a part is kept when its name looks like a secret or a property of the prototype', (t) => {
  const parts = { 'auth-session': { status: 'UP' }, constructor: { status: 'UP' } }
  t.same(toComponents(parts), parts)
  t.end()
})

await t.test('a part with a throwing getter becomes UNKNOWN', (t) => {
  const parts = { get a () { throw new Error('no') }, b: { get status () { throw new Error('no') } } }
  t.same(toComponents(parts), { a: { status: 'UNKNOWN' }, b: { status: 'UNKNOWN' } })
  t.end()
})

await t.test('the details of 500 parts are all kept', (t) => {
  const partOf = (at: number): object => ({ status: 'UP', details: { host: `db-${at}.eu-west-1`, latencyMs: at / 10 } })
  const parts = Object.fromEntries(Array.from({ length: 500 }, (_, at) => [`tenant-${at}`, partOf(at)]))
  t.same(toComponents(parts), parts)
  t.end()
})

await t.test('the details of all parts together are limited in size', (t) => {
  const details = Object.fromEntries(Array.from({ length: 30 }, (_, at) => [`k${at}`, 'x'.repeat(2_000)]))
  const parts = Object.fromEntries(Array.from({ length: 1_000 }, (_, at) => [`c${at}`, { status: 'UP', details }]))
  t.ok(JSON.stringify(toComponents(parts)).length < 1_000_000)
  t.end()
})

await t.test('long names are truncated, and secrets in names are redacted', (t) => {
  const names = Object.keys(toComponents({ ['x'.repeat(5_000)]: {}, 'postgres://u:hunter2@h/db': {} }))
  t.same(names, [`${'x'.repeat(100)}…`, 'postgres://[REDACTED]@h/db'])
  t.end()
})

await t.test('parts are limited in depth and number', (t) => {
  const cycle: Record<string, unknown> = { status: 'UP' }
  cycle['components'] = { again: cycle }
  t.equal(JSON.stringify(toComponents({ cycle })).match(/again/g)?.length, 5)
  const wide: Record<string, unknown> = { status: 'UP' }
  wide['components'] = Object.fromEntries(Array.from({ length: 50 }, (_, at) => [`c${at}`, wide]))
  t.equal(JSON.stringify(toComponents({ wide })).match(/"status"/g)?.length, 1_000)
  t.end()
})

await t.test('a part with the name __proto__ is dropped', (t) => {
  const json = '{"__proto__":{"status":"DOWN"},"a":{"status":"UP","components":{"__proto__":{}}}}'
  const parts: unknown = JSON.parse(json)
  t.equal(JSON.stringify(toComponents(parts)), '{"a":{"status":"UP","components":{}}}')
  t.end()
})

await t.test('toComponents() lists the names of one huge object, and reads only the parts that it keeps', (t) => {
  let [lists, reads] = [0, 0]
  const huge = new Proxy({}, {
    ownKeys () {
      lists += 1
      return Array.from({ length: 5_000 }, (_, at) => `c${at}`)
    },
    getOwnPropertyDescriptor: () => ({ value: 1, enumerable: true, configurable: true }),
    get () {
      reads += 1
      return { status: 'UP', components: huge }
    }
  })
  t.equal(Object.keys(toComponents(huge)).length, 1_000)
  t.same([lists, reads], [1, 1_000])
  t.same(toComponents(new Proxy({}, { ownKeys () { throw new Error('no') } })), {})
  t.end()
})

await t.test('the details of a part are copied once, when they are first read', (t) => {
  let reads = 0
  const parts = toComponents({ a: { status: 'UP', details: { get open () { return ++reads } }, durationMs: 1 } })
  t.equal(reads, 0)
  t.same(parts, { a: { status: 'UP', details: { open: 1 }, durationMs: 1 } })
  t.same(parts['a']?.details, { open: 1 })
  t.end()
})
