import t from 'tap'
import { failure, toOutcome } from '../../../lib/health/check/result.js'

const EXPECTED = 'expected nothing, true, or an object whose status is one of DOWN, OUT_OF_SERVICE, DEGRADED, UP'

await t.test('nothing and true pass', (t) => {
  t.same(toOutcome(undefined), { status: 'UP' })
  t.same(toOutcome(true), { status: 'UP' })
  t.end()
})

await t.test('false fails', (t) => {
  t.same(toOutcome(false), { status: 'DOWN', details: { error: 'the check returned false' } })
  t.end()
})

await t.test('an object says its own status', (t) => {
  for (const status of ['UP', 'DEGRADED', 'OUT_OF_SERVICE', 'DOWN']) t.same(toOutcome({ status }), { status })
  t.end()
})

await t.test('anything else fails, with what came and what is expected', (t) => {
  const cases: readonly [unknown, string][] = [
    [0, 'the number 0'],
    [1, 'the number 1'],
    [null, 'null'],
    ['ok', 'the string "ok"'],
    [10n, 'the bigint 10n'],
    [[], 'an array of 0'],
    [() => true, 'a function'],
    [{}, 'an object whose status is undefined'],
    [{ status: 'up' }, 'an object whose status is the string "up"'],
    [{ status: 'UNKNOWN' }, 'an object whose status is the string "UNKNOWN"'],
    [{ rows: [], rowCount: 0 }, 'an object whose status is undefined'],
    [new Response('', { status: 200 }), 'an object of class Response whose status is the number 200']
  ]
  for (const [returned, came] of cases) t.same(toOutcome(returned), { status: 'DOWN', details: { error: `the check returned ${came}, ${EXPECTED}` } })
  t.end()
})

await t.test('a status that throws when it is read fails', (t) => {
  t.same(toOutcome({ get status () { throw new Error('no status') } }), { status: 'DOWN', details: { error: 'no status' } })
  t.end()
})

await t.test('details are copied plain, and what is no object stands under value', (t) => {
  const cycle: Record<string, unknown> = { n: 1n }
  cycle['self'] = cycle
  t.same(toOutcome({ status: 'UP', details: cycle }), { status: 'UP', details: { n: '1', self: '[circular]' } })
  t.same(toOutcome({ status: 'UP', details: 'fine' }), { status: 'UP', details: { value: 'fine' } })
  t.end()
})

await t.test('components are copied plain', (t) => {
  t.same(toOutcome({ status: 'UP', components: { disk: { status: 'UP', details: { free: 1n } } } }), {
    status: 'UP',
    components: { disk: { status: 'UP', details: { free: '1' } } }
  })
  t.end()
})

await t.test('the reason of a failure is its message, without secrets', (t) => {
  t.same(failure(new Error('postgres://u:p@h refused')), { status: 'DOWN', details: { error: 'postgres://[REDACTED]@h refused' } })
  t.end()
})
