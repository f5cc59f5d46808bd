import { runInNewContext } from 'node:vm'
import t from 'tap'
import { failure, toOutcome, thrownIn } from '../../../lib/health/check/result.js'

const EXPECTED = 'expected nothing, true, or an object whose status is one of DOWN, OUT_OF_SERVICE, DEGRADED, UP'

await t.test('a check that returns undefined or true is UP', (t) => {
  t.same(toOutcome(undefined), { status: 'UP' })
  t.same(toOutcome(true), { status: 'UP' })
  t.end()
})

await t.test('a check that returns false is DOWN', (t) => {
  t.same(toOutcome(false), { status: 'DOWN', details: { error: 'the check returned false' } })
  t.end()
})

await t.test('a check that returns an object has the status of the object', (t) => {
  for (const status of ['UP', 'DEGRADED', 'OUT_OF_SERVICE', 'DOWN']) t.same(toOutcome({ status }), { status })
  t.end()
})

await t.test('a check that returns anything else is DOWN, with an error that names the value', (t) => {
  const cases: readonly [unknown, string][] = [
    [0, 'the number 0'],
    [1, 'the number 1'],
    [null, 'null'],
    ['ok', 'the string "ok"'],
    [10n, 'the bigint 10n'],
    [() => true, 'a function'],
    [{}, 'an object whose status is undefined'],
    [{ status: 'up' }, 'an object whose status is the string "up"'],
    [{ status: 'UNKNOWN' }, 'an object whose status is the string "UNKNOWN"'],
    [{ redis: { status: 'up' }, b: 1 }, 'an object whose status is undefined and whose keys are redis, b'],
    [new Response('', { status: 200 }), 'an object of class Response whose status is the number 200']
  ]
  for (const [returned, description] of cases) {
    const error = `the check returned ${description}, ${EXPECTED}`
    t.same(toOutcome(returned), { status: 'DOWN', details: { error } })
  }
  t.end()
})

await t.test('a check that returns the rows of a query is DOWN, with a hint to put braces around the query', (t) => {
  const cases: readonly [unknown, string][] = [
    [[], 'an array of 0'], [[[1], []], 'an array of 2'], [{ rows: [], rowCount: 0 }, 'an object with rows']
  ]
  const remedy = 'put braces around the query, so that the check returns nothing: async () => { await query() }'
  for (const [returned, description] of cases) {
    const error = `the check returned ${description}, ${EXPECTED}; ${remedy}`
    t.same(toOutcome(returned), { status: 'DOWN', details: { error } })
  }
  t.end()
})

await t.test('a check that returns an error is DOWN with the message of the error', (t) => {
  for (const returned of [new Error('no route'), runInNewContext('new Error("no route")')]) {
    const error = 'the check returned an error instead of throwing it: no route'
    t.same(toOutcome(returned), { status: 'DOWN', details: { error } })
  }
  t.end()
})

await t.test('a status getter that throws makes the check DOWN with the error message', (t) => {
  const throwing = { get status () { throw new Error('no status') } }
  t.same(toOutcome(throwing), { status: 'DOWN', details: { error: 'no status' } })
  t.end()
})

await t.test('details are copied as JSON-safe values, and a non-object is wrapped as value', (t) => {
  const cycle: Record<string, unknown> = { n: 1n }
  cycle['self'] = cycle
  t.same(toOutcome({ status: 'UP', details: cycle }), { status: 'UP', details: { n: '1', self: '[circular]' } })
  t.same(toOutcome({ status: 'UP', details: 'fine' }), { status: 'UP', details: { value: 'fine' } })
  t.end()
})

await t.test('components are copied as JSON-safe values', (t) => {
  t.same(toOutcome({ status: 'UP', components: { disk: { status: 'UP', details: { free: 1n } } } }), {
    status: 'UP',
    components: { disk: { status: 'UP', details: { free: '1' } } }
  })
  t.end()
})

await t.test('details are read once, when they are first shown, and later changes have no effect', (t) => {
  const details: Record<string, unknown> = { open: 1 }
  const outcome = toOutcome({ status: 'UP', details, components: { get disk () { return details['disk'] } } })
  details['open'] = 2
  t.same(outcome.details, { open: 2 })
  details['open'] = 3
  t.same(outcome, { status: 'UP', details: { open: 2 }, components: { disk: { status: 'UNKNOWN' } } })
  t.end()
})

await t.test('the keys of an object without a status are listed when the details are first read', (t) => {
  let lists = 0
  const returned = new Proxy({ a: 1, b: 2 }, {
    ownKeys (target) {
      lists += 1
      return Reflect.ownKeys(target)
    }
  })
  const outcome = toOutcome(returned)
  t.same([outcome.status, lists], ['DOWN', 0])
  t.match(outcome.details, { error: /whose keys are a, b, expected/ })
  t.equal(lists, 1)
  t.end()
})

await t.test('a proxy whose keys cannot be listed is DOWN with an error without keys', (t) => {
  const outcome = toOutcome(new Proxy({}, { ownKeys () { throw new Error('no') } }))
  t.match(outcome, { status: 'DOWN', details: { error: /whose status is undefined, expected/ } })
  t.end()
})

await t.test('failure() contains the error message with secrets redacted', (t) => {
  const details = { error: 'postgres://[REDACTED]@h refused' }
  t.same(failure(new Error('postgres://u:p@h refused')), { status: 'DOWN', details })
  t.end()
})

await t.test('thrownIn() finds no error in a result without one', (t) => {
  for (const returned of [undefined, 'text', {}, { details: 'text' }, { status: 'DOWN', details: { error: 'text' } }]) {
    t.equal(thrownIn(returned), undefined)
  }
  t.end()
})
