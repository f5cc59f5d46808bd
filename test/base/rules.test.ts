import t from 'tap'
import {
  assertFunction, delay, delayOrNone, flag, integer, listOf, nonEmptyListOf, oneOf, optionsOf, recordOf, recordWithKeys,
  text, unknownKeys, withDefault
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

await t.test('recordWithKeys() rejects unknown keys, and skips keys without a value', (t) => {
  const rule = recordWithKeys(['x', 'y'], flag)
  t.same([...rule({ x: true, y: undefined }, 'a')], [['x', true]])
  rejects(rule, null, 'an object with keys of x, y')
  rejects(rule, { z: true }, 'an object with no other keys than x, y')
  t.end()
})

await t.test('optionsOf() applies the rule of each key, also of missing keys', (t) => {
  const rule = optionsOf<{ readonly x: boolean, readonly y: string }>({ x: withDefault(flag, true), y: text })
  t.same(rule({ y: 'b' }, 'a'), { x: true, y: 'b' })
  rejects(rule, 5, 'an object with keys of x, y')
  rejects(rule, { z: true }, 'an object with no other keys than x, y')
  rejects(rule, { x: true }, 'a string that is not empty')
  t.end()
})

await t.test('withDefault() returns the fallback only for undefined', (t) => {
  t.equal(withDefault(flag, 'none')(undefined, 'a'), 'none')
  t.equal(withDefault(flag, 'none')(false, 'a'), false)
  rejects(withDefault(flag, 'none'), null, 'true or false')
  t.end()
})

await t.test('unknownKeys() lists the other keys, with the prefix', (t) => {
  t.same(unknownKeys({ x: 1, y: 2, z: 3 }, ['y'], 'a.'), ['a.x', 'a.z'])
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
