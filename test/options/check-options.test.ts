import t from 'tap'
import { describe } from '../../lib/base/describe.js'
import type { CheckOptions } from '../../lib/health/check/options.js'
import { readCheckOptions } from '../../lib/options/check-options.js'
import { CHECK_OPTIONS, readOptions } from '../support/options.js'

const CODE = 'FST_MANAGEMENT_OPTION_INVALID'

function read (options: unknown): CheckOptions {
  return readCheckOptions(options, 'check options')
}

await t.test('readCheckOptions() gives no options when they are undefined', (t) => {
  t.same(read(undefined), {})
  t.end()
})

await t.test('readCheckOptions() throws when the options are not an object', (t) => {
  t.throws(() => read(5), { code: CODE, message: 'option "check options" must be an object, got the number 5' })
  t.end()
})

await t.test('readCheckOptions() throws for an unknown option, unless the caller reads it', (t) => {
  t.throws(() => read({ timeOut: 1 }), {
    code: CODE,
    message: /^unknown option "check options\.timeOut" \(did you mean "timeout"\?\), expected one of timeout, ttl,/
  })
  t.same(readCheckOptions({ check: 1, ttl: 2 }, 'check options', ['check']), { ttl: 2 })
  t.end()
})

await t.test('readCheckOptions() throws when an option is a getter that throws', (t) => {
  t.throws(() => read({ get ttl () { throw new Error('no') } }), {
    code: CODE,
    message: 'option "check options.ttl" must be a readable value, got a getter that throws: no'
  })
  t.end()
})

await t.test('readCheckOptions() accepts each option up to its bounds', (t) => {
  const accepted: Readonly<Record<keyof CheckOptions, readonly unknown[]>> = {
    timeout: [1, 800, 2 ** 31 - 1],
    ttl: [0, 1, 2 ** 31 - 1],
    interval: [0, 1, 2 ** 31 - 1],
    failureThreshold: [1, 3, Number.MAX_SAFE_INTEGER],
    successThreshold: [1, 3, Number.MAX_SAFE_INTEGER],
    failureStatus: ['DOWN', 'OUT_OF_SERVICE', 'DEGRADED', { readiness: 'DEGRADED', startup: 'DOWN' }],
    maxBackoff: [1, 60_000, 2 ** 31 - 1]
  }
  for (const [option, values] of Object.entries(accepted)) {
    for (const value of values) t.same(read({ [option]: value }), { [option]: value })
  }
  t.end()
})

await t.test('readCheckOptions() throws when an option is out of its bounds, and names the value and the rule', (t) => {
  const TIME = 'a whole number of milliseconds from 1 to 2147483647'
  const TIME_OR_NONE = 'a whole number of milliseconds from 0 to 2147483647'
  const COUNT = 'a whole number from 1 to 9007199254740991'
  const STATUS = 'one of DOWN, OUT_OF_SERVICE, DEGRADED, or an object with one of them for at least one kind'
  const refused: Readonly<Record<keyof CheckOptions, readonly [string, readonly unknown[]]>> = {
    timeout: [TIME, [0, -1, 1.5, Number.NaN, Infinity, 2 ** 31, '5', 5n, null, true]],
    ttl: [TIME_OR_NONE, [-1, 0.5, Number.NaN, Infinity, 2 ** 31, '0', null, false]],
    interval: [TIME_OR_NONE, [-1, 0.5, Number.NaN, Infinity, 2 ** 31, '10s', null, false]],
    failureThreshold: [COUNT, [0, -1, 1.5, Number.NaN, Infinity, 2 ** 53, '3', null]],
    successThreshold: [COUNT, [0, -1, 1.5, Number.NaN, Infinity, 2 ** 53, '3', null]],
    failureStatus: [STATUS, ['UP', 'UNKNOWN', 'degraded', '', 503, null, ['DEGRADED'], {}, { readiness: undefined }]],
    maxBackoff: [TIME, [0, -1, 1.5, Number.NaN, Infinity, 2 ** 31, '60s', null]]
  }
  for (const [option, [expected, values]] of Object.entries(refused)) {
    for (const value of values) {
      const message = `option "check options.${option}" must be ${expected}, got ${describe(value)}`
      t.throws(() => read({ [option]: value }), { code: CODE, message }, message)
    }
  }
  t.end()
})

await t.test('readCheckOptions() throws when failureStatus has a wrong status for a kind, and names the kind', (t) => {
  for (const value of ['UP', 'degraded', null, 503, { status: 'DOWN' }]) {
    t.throws(() => read({ failureStatus: { startup: 'DOWN', readiness: value } }), {
      code: CODE,
      message: 'option "check options.failureStatus.readiness" must be one of DOWN, OUT_OF_SERVICE, DEGRADED, ' +
        `got ${describe(value)}`
    })
  }
  t.end()
})

await t.test('readCheckOptions() copies failureStatus, and leaves out a kind that is undefined', (t) => {
  const failureStatus: Record<string, unknown> = { readiness: 'DEGRADED', startup: undefined }
  const options = read({ failureStatus })
  failureStatus['readiness'] = 'UP'
  t.same(options, { failureStatus: { readiness: 'DEGRADED' } })
  t.end()
})

await t.test('readCheckOptions() leaves out an option that is undefined', (t) => {
  const options = Object.fromEntries(Object.keys(CHECK_OPTIONS).map((option) => [option, undefined]))
  t.same(Object.keys(read(options)), [])
  t.same(read({ ...options, ttl: 0 }), { ttl: 0 })
  t.end()
})

await t.test('the option checks gives each check with its kind, name and options', (t) => {
  const db = (): boolean => true
  const checks = { readiness: { db: { check: db, timeout: 100 }, other: db }, startup: { db } }
  t.same(readOptions({ checks }).settings.checks, [
    { kind: 'readiness', name: 'db', check: db, options: { timeout: 100 } },
    { kind: 'readiness', name: 'other', check: db, options: {} },
    { kind: 'startup', name: 'db', check: db, options: {} }
  ])
  t.end()
})

await t.test('the option checks accepts every option of a check', (t) => {
  const check = (): boolean => true
  t.same(readOptions({ checks: { readiness: { db: { check, ...CHECK_OPTIONS } } } }).settings.checks, [
    { kind: 'readiness', name: 'db', check, options: CHECK_OPTIONS }
  ])
  t.end()
})

await t.test('checkDefaults accepts every option of a check', (t) => {
  t.same(readOptions({ checkDefaults: CHECK_OPTIONS }).settings.checkDefaults, CHECK_OPTIONS)
  t.end()
})

await t.test('checkDefaults are not copied into the options of a check', (t) => {
  const { checks, serviceDependencies, checkDefaults } = readOptions({
    checkDefaults: { timeout: 100, ttl: 5 },
    checks: { readiness: { db: () => true } },
    serviceDependencies: { users: { url: 'u', ttl: 0 } }
  }).settings
  t.same(checkDefaults, { timeout: 100, ttl: 5 })
  t.same([...checks, ...serviceDependencies].map(({ options }) => options), [{}, { ttl: 0 }])
  t.end()
})

await t.test('autoChecks gives the kind health for true, no kind for false, and the named kinds otherwise', (t) => {
  const kindsOf = (autoChecks: unknown): unknown => readOptions({ autoChecks }).settings.autoChecks
  t.same(kindsOf(true), ['health'])
  t.same(kindsOf(false), [])
  t.same(kindsOf('readiness'), ['readiness'])
  t.same(kindsOf(['readiness', 'health']), ['readiness', 'health'])
  t.end()
})

await t.test('autoChecks throws when a kind is liveness or does not exist', (t) => {
  t.throws(() => readOptions({ autoChecks: ['health', 'liveness'] }), {
    code: CODE,
    message: 'option "autoChecks" must be true, false, or kinds other than liveness, got the string "liveness"'
  })
  for (const autoChecks of ['canary', [], 1]) {
    t.throws(() => readOptions({ autoChecks }), { code: 'FST_MANAGEMENT_KIND_UNKNOWN' })
  }
  t.end()
})
