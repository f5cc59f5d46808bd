import t from 'tap'
import { DEFAULT_POLICY, policyOf, REMOTE_POLICY } from '../../../lib/health/check/options.js'
import type { CheckOptions, CheckPolicy } from '../../../lib/health/check/options.js'

await t.test('policyOf() returns the defaults when no option is set', (t) => {
  t.same(policyOf({}), {
    timeout: 800,
    ttl: 0,
    interval: 0,
    failureThreshold: 1,
    successThreshold: 1,
    failureStatus: undefined,
    maxBackoff: undefined
  })
  t.end()
})

await t.test('the defaults of a service dependency differ in ttl only', (t) => {
  t.same(REMOTE_POLICY, { ...DEFAULT_POLICY, ttl: 1_000 })
  t.end()
})

await t.test('an option replaces its default and leaves the other defaults unchanged', (t) => {
  const options: Required<CheckOptions> = {
    timeout: 1,
    ttl: 2,
    interval: 3,
    failureThreshold: 4,
    successThreshold: 5,
    failureStatus: 'DEGRADED',
    maxBackoff: 6
  }
  for (const [option, value] of Object.entries(options)) {
    t.same(policyOf({ [option]: value }), { ...DEFAULT_POLICY, [option]: value })
  }
  t.same(policyOf(options), options)
  t.end()
})

await t.test('an undefined option keeps the default', (t) => {
  const options = Object.fromEntries(Object.keys(DEFAULT_POLICY).map((option) => [option, undefined]))
  t.same(policyOf(options), DEFAULT_POLICY)
  t.end()
})

await t.test('an app\'s defaults replace the package\'s defaults, and options replace both', (t) => {
  const defaults: CheckPolicy = policyOf({ timeout: 100, ttl: 5_000, failureStatus: 'DEGRADED' })
  const expected = { ...DEFAULT_POLICY, timeout: 200, ttl: 5_000, failureStatus: 'DEGRADED' }
  t.same(policyOf({ timeout: 200, failureStatus: undefined }, defaults), expected)
  t.end()
})

await t.test('an option of 0 replaces a default', (t) => {
  t.match(policyOf({ ttl: 0, interval: 0 }, policyOf({ ttl: 5_000, interval: 10_000 })), { ttl: 0, interval: 0 })
  t.end()
})

await t.test('policyOf() does not modify the defaults', (t) => {
  const before = { ...DEFAULT_POLICY }
  policyOf({ timeout: 1 })
  t.same(DEFAULT_POLICY, before)
  t.end()
})
