import t from 'tap'
import { optionsOf, rejectMistyped, rejectUnknown } from '../../lib/base/option-table.js'
import { flag, text, withDefault } from '../../lib/base/rules.js'

const CODE = 'FST_MANAGEMENT_OPTION_INVALID'
const rule = optionsOf({ enabled: withDefault(flag, true), host: text })

await t.test('optionsOf() applies the rule of each option, also of missing options', (t) => {
  t.same(rule({ host: 'b' }, 'a'), { enabled: true, host: 'b' })
  t.throws(() => rule({}, 'a'), {
    code: CODE,
    message: 'option "a.host" must be a string that is not empty, got undefined'
  })
  t.end()
})

await t.test('optionsOf() throws when the value is not an object', (t) => {
  t.throws(() => rule([], 'a'), {
    code: CODE,
    message: 'option "a" must be an object with keys of enabled, host, got an array of 0'
  })
  t.throws(() => optionsOf({ host: text }, { expected: 'a host' })(5, 'a'), { message: /must be a host, got/ })
  t.end()
})

await t.test('optionsOf() throws for an unknown option, and suggests the option that it resembles', (t) => {
  const unknown: readonly [object, string][] = [
    [{ hots: 'b' }, 'hots" (did you mean "host"?)'],
    [{ HOST: 'b' }, 'HOST" (did you mean "host"?)'],
    [{ retries: 1 }, 'retries"'],
    [{ retries: undefined }, 'retries"'],
    [JSON.parse('{"__proto__":{"host":"b"}}') as object, '__proto__"'],
    [{ constructor: 1 }, 'constructor"'],
    [{ ['x'.repeat(1_000)]: 1 }, `${'x'.repeat(60)}…"`]
  ]
  for (const [options, shown] of unknown) {
    const message = `unknown option "a.${shown}, expected one of enabled, host`
    t.throws(() => rule({ host: 'b', ...options }, 'a'), { code: CODE, message })
  }
  t.end()
})

await t.test('optionsOf() accepts objects of any make', (t) => {
  class Inherited {
    readonly host = 'b'
    get both (): string { return this.host.repeat(2) }
    method (): string { return this.host }
  }
  const objects: readonly object[] = [
    Object.freeze({ host: 'b' }),
    Object.assign(Object.create(null) as object, { host: 'b' }),
    Object.create({ host: 'b' }) as object,
    new Inherited(),
    Object.create({ host: 'b', toJSON: () => 'json' }) as object,
    { host: 'b', [Symbol('host')]: 1 },
    Object.defineProperty({ host: 'b' }, 'hidden', { value: 1 }),
    new Proxy({ host: 'b' }, {})
  ]
  for (const object of objects) t.same(rule(object, 'a'), { enabled: true, host: 'b' })
  t.end()
})

await t.test('optionsOf() throws for an inherited key that resembles an option', (t) => {
  t.throws(() => rule(Object.create({ enabeld: false, host: 'b' }), 'a'), {
    code: CODE, message: /^unknown option "a\.enabeld" \(did you mean "enabled"\?\)/
  })
  t.end()
})

await t.test('optionsOf() does not call the getter of an unknown option', (t) => {
  const options = { host: 'b', get other () { return t.fail('must not be called') } }
  t.throws(() => rule(options, 'a'), { message: /"a\.other"/ })
  t.end()
})

await t.test('rejectUnknown() lets the caller write the hint', (t) => {
  t.throws(() => rejectUnknown({ b: 1 }, 'a().', ['c'], (key) => ` (no ${key})`), {
    code: CODE, message: 'unknown option "a().b" (no b), expected one of c'
  })
  t.end()
})

await t.test('rejectMistyped() returns at most 30 keys, and how many are left out', (t) => {
  const many = Object.fromEntries(Array.from({ length: 35 }, (_, at) => [`key${at}`, 1]))
  const keys = rejectMistyped(many, ['checks'], [])
  t.equal(keys.length, 31)
  t.equal(keys.at(-1), '… 5 more')
  t.end()
})

await t.test('rejectMistyped() throws only for a key that resembles an option, and returns the others', (t) => {
  const known = ['checks', 'prefix']
  t.same(rejectMistyped({ checks: {}, autoload: true, bodyLimit: 1 }, known, []), ['autoload', 'bodyLimit'])
  t.same(rejectMistyped({ prefixOverride: '' }, known, ['prefixOverride']), ['prefixOverride'])
  for (const key of ['chekcs', 'check', 'prefixOverride']) {
    const message = new RegExp(`^unknown option "${key}" .did you mean`)
    t.throws(() => rejectMistyped({ [key]: 1 }, known, []), { code: CODE, message })
  }
  t.end()
})

await t.test('optionsOf() and rejectMistyped() refuse an object with very many keys', (t) => {
  const many = Object.fromEntries(Array.from({ length: 20_000 }, (_, at) => [`k${at}`, 1]))
  const error = { code: 'FST_MANAGEMENT_OPTION_INVALID', message: /must be an object with at most 10000 keys/ }
  t.throws(() => optionsOf({ a: flag })(many, 'x'), error)
  t.throws(() => rejectMistyped(many, ['a'], []), error)
  t.end()
})
