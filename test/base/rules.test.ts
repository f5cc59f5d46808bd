import t from 'tap'
import {
  assertFunction, delay, delayOrNone, flag, hasOption, integer, keysOf, listOf, nonEmptyListOf, oneOf, readOption,
  recordOf, text, withDefault
} from '../../lib/base/rules.js'
import type { Rule } from '../../lib/base/rules.js'

function rejects (rule: Rule<unknown>, value: unknown, expected: string): void {
  t.throws(() => rule(value, 'a.b'), {
    code: 'FST_MANAGEMENT_OPTION_INVALID',
    message: new RegExp(`^option "a\\.b(\\[\\d\\]|\\.\\w+)?" must be ${expected}, got `)
  }, expected)
}

await t.test('text() accepts a string that is not blank', (t) => {
  t.equal(text(' a ', 'a'), ' a ')
  for (const value of ['', ' ', 5, undefined]) rejects(text, value, 'a string that is not empty')
  t.end()
})

await t.test('flag() accepts true and false', (t) => {
  t.same([true, false].map((value) => flag(value, 'a')), [true, false])
  rejects(flag, 'true', 'true or false')
  t.end()
})

await t.test('integer() accepts whole numbers between its limits, which are included', (t) => {
  const rule = integer(1, 3, ' of days')
  t.same([1, 2, 3].map((value) => rule(value, 'a')), [1, 2, 3])
  for (const value of [0, 4, 1.5, Number.NaN, '2']) rejects(rule, value, 'a whole number of days from 1 to 3')
  t.end()
})

await t.test('delay() rejects 0, and delayOrNone() accepts it', (t) => {
  t.equal(delayOrNone(0, 'a'), 0)
  t.equal(delay(1, 'a'), 1)
  rejects(delay, 0, 'a whole number of milliseconds from 1 to 2147483647')
  t.end()
})

await t.test('oneOf() accepts only the listed strings', (t) => {
  t.equal(oneOf(['x', 'y'])('y', 'a'), 'y')
  rejects(oneOf(['x', 'y']), 'z', 'one of x, y')
  t.end()
})

await t.test('listOf() applies its rule to each entry, also to holes', (t) => {
  t.same(listOf(flag)([true, false], 'a'), [true, false])
  t.same(listOf(flag)([], 'a'), [])
  rejects(listOf(flag), 'x', 'an array')
  rejects(listOf(flag), [true, 1], 'true or false')
  rejects(listOf(flag), Array(2), 'true or false')
  t.end()
})

await t.test('nonEmptyListOf() rejects an empty array', (t) => {
  t.same(nonEmptyListOf(flag)([true], 'a'), [true])
  rejects(nonEmptyListOf(flag), [], 'an array that is not empty')
  t.end()
})

await t.test('recordOf() returns the entries of an object with any keys', (t) => {
  t.same(recordOf(flag)({ x: true, y: false }, 'a'), [['x', true], ['y', false]])
  rejects(recordOf(flag), [], 'an object')
  rejects(recordOf(flag), { x: 1 }, 'true or false')
  t.end()
})

await t.test('recordOf() reads inherited entries too', (t) => {
  t.same(recordOf(flag)(Object.create({ x: true }), 'a'), [['x', true]])
  t.end()
})

await t.test('keysOf() ignores keys that the app has added to all objects', (t) => {
  t.teardown(() => Reflect.deleteProperty(Object.prototype, 'everywhere'))
  Reflect.defineProperty(Object.prototype, 'everywhere', { value: 1, enumerable: true, configurable: true })
  t.same(keysOf({ x: 1 }, 'a'), ['x'])
  t.same(keysOf({ everywhere: 1 }, 'a'), ['everywhere'])
  t.end()
})

await t.test('keysOf() throws the path and the reason when the object is a proxy that throws', (t) => {
  const proxy = new Proxy({}, { ownKeys () { throw new Error('revoked') } })
  t.throws(() => keysOf(proxy, 'a.b'), {
    code: 'FST_MANAGEMENT_OPTION_INVALID',
    message: 'option "a.b" must be an object with readable keys, got a proxy that throws: revoked'
  })
  t.end()
})

await t.test('readOption() throws the path and the reason when the option is a getter that throws', (t) => {
  const options = { get b () { throw new Error('not now') } }
  t.equal(readOption({ b: 1 }, 'b', 'a.'), 1)
  t.throws(() => readOption(options, 'b', 'a.'), {
    code: 'FST_MANAGEMENT_OPTION_INVALID',
    message: 'option "a.b" must be a readable value, got a getter that throws: not now'
  })
  t.throws(() => recordOf(flag)(options, 'a'), { message: /^option "a\.b" must be a readable value/ })
  t.end()
})

await t.test('keysOf() refuses an object with more than 10,000 keys', (t) => {
  const withKeys = (length: number): object => Object.fromEntries(Array.from({ length }, (_, at) => [`k${at}`, true]))
  t.equal(keysOf(withKeys(10_000), 'a').length, 10_000)
  const message = 'option "a" must be an object with at most 10000 keys, got an object with more keys'
  t.throws(() => keysOf(withKeys(10_001), 'a'), { code: 'FST_MANAGEMENT_OPTION_INVALID', message })
  t.throws(() => recordOf(flag)(withKeys(10_001), 'a'), { message })
  t.end()
})

await t.test('hasOption() and readOption() ignore a property that all objects have', (t) => {
  Reflect.defineProperty(Object.prototype, 'polluted', { value: true, configurable: true })
  t.teardown(() => { Reflect.deleteProperty(Object.prototype, 'polluted') })
  const inherited = Object.create({ inner: 1 }) as Record<string, unknown>
  t.same(['polluted', 'constructor', 'inner'].map((name) => readOption(inherited, name)), [undefined, undefined, 1])
  t.same(['polluted', 'constructor', 'inner'].map((name) => hasOption(inherited, name)), [false, false, true])
  t.same([readOption({ polluted: 5 }, 'polluted'), hasOption({ polluted: undefined }, 'polluted')], [5, true])
  t.end()
})

await t.test('oneOf() suggests the string that a mistyped value resembles', (t) => {
  t.throws(() => oneOf(['readiness', 'startup'])('readines', 'a'), {
    message: 'option "a" must be one of readiness, startup, got the string "readines" (did you mean "readiness"?)'
  })
  t.end()
})

await t.test('withDefault() returns the fallback only for undefined', (t) => {
  t.equal(withDefault(flag, 'none')(undefined, 'a'), 'none')
  t.equal(withDefault(flag, 'none')(false, 'a'), false)
  rejects(withDefault(flag, 'none'), null, 'true or false')
  t.end()
})

await t.test('assertFunction() throws if the value is not a function', (t) => {
  assertFunction('check', 'db', () => true)
  t.throws(() => assertFunction('check', 'db', 5), {
    code: 'FST_MANAGEMENT_FUNCTION_INVALID',
    message: 'the check "db" must be a function, got the number 5'
  })
  t.end()
})
