import t from 'tap'
import { toComponents } from '../../lib/health/component.js'

await t.test('what is no object has no components', (t) => {
  for (const value of [undefined, null, 'a', 1, []]) t.same(toComponents(value), {})
  t.end()
})

await t.test('a part whose status is none that is known stands as UNKNOWN', (t) => {
  t.same(toComponents({ a: { status: 'WARNING' }, b: {}, c: null, d: 'UP', e: { status: 'UNKNOWN' } }), {
    a: { status: 'UNKNOWN' },
    b: { status: 'UNKNOWN' },
    c: { status: 'UNKNOWN' },
    d: { status: 'UNKNOWN' },
    e: { status: 'UNKNOWN' }
  })
  t.end()
})

await t.test('a part keeps its details, time, duration and parts, and nothing else', (t) => {
  const time = '2026-01-01T00:00:00.000Z'
  t.same(toComponents({ a: { status: 'UP', details: { password: 'x' }, components: { b: { status: 'DOWN' } }, time, durationMs: 1.5, extra: 1 } }), {
    a: { status: 'UP', details: { password: '[REDACTED]' }, components: { b: { status: 'DOWN' } }, time, durationMs: 1.5 }
  })
  t.same(toComponents({ a: { status: 'UP', details: 1, components: [], time: 'now', durationMs: -1 }, b: { status: 'UP', durationMs: Infinity } }), { a: { status: 'UP' }, b: { status: 'UP' } })
  t.end()
})

await t.test('a part is shown whatever its name is', (t) => {
  t.same(toComponents({ 'auth-session': { status: 'UP' }, constructor: { status: 'UP' } }), { 'auth-session': { status: 'UP' }, constructor: { status: 'UP' } })
  t.end()
})

await t.test('a part that throws when it is read stands as UNKNOWN', (t) => {
  t.same(toComponents({ get a () { throw new Error('no') }, b: { get status () { throw new Error('no') } } }), { a: { status: 'UNKNOWN' }, b: { status: 'UNKNOWN' } })
  t.end()
})

await t.test('the details of all parts together stay small', (t) => {
  const details = Object.fromEntries(Array.from({ length: 30 }, (_, at) => [`k${at}`, 'x'.repeat(2_000)]))
  const parts = Object.fromEntries(Array.from({ length: 1_000 }, (_, at) => [`c${at}`, { status: 'UP', details }]))
  t.ok(JSON.stringify(toComponents(parts)).length < 1_000_000)
  t.end()
})

await t.test('a name is cut, and secrets in it are hidden', (t) => {
  t.same(Object.keys(toComponents({ ['x'.repeat(5_000)]: {}, 'postgres://u:hunter2@h/db': {} })), [`${'x'.repeat(100)}…`, 'postgres://[REDACTED]@h/db'])
  t.end()
})

await t.test('parts without end are cut, in depth and in number', (t) => {
  const cycle: Record<string, unknown> = { status: 'UP' }
  cycle['components'] = { again: cycle }
  t.equal(JSON.stringify(toComponents({ cycle })).match(/again/g)?.length, 5)
  const wide: Record<string, unknown> = { status: 'UP' }
  wide['components'] = Object.fromEntries(Array.from({ length: 50 }, (_, at) => [`c${at}`, wide]))
  t.equal(JSON.stringify(toComponents({ wide })).match(/"status"/g)?.length, 1_000)
  t.end()
})
