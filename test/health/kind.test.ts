import t from 'tap'
import { describe } from '../../lib/base/describe.js'
import { Kinds } from '../../lib/health/kind.js'

await t.test('Kinds contains the built-in kinds followed by the custom kinds', (t) => {
  t.same([...new Kinds()], ['liveness', 'readiness', 'startup', 'health'])
  t.same([...new Kinds(['canary'])], ['liveness', 'readiness', 'startup', 'health', 'canary'])
  t.end()
})

await t.test('assertKnown() throws for an unknown kind and names the known kinds', (t) => {
  const kinds = new Kinds(['canary'])
  t.throws(() => kinds.assertKnown(['readines']), {
    code: 'FST_MANAGEMENT_KIND_UNKNOWN',
    message: 'unknown kind: got the string "readines" (did you mean "readiness"?), expected one of ' +
      'liveness, readiness, startup, health, canary; add custom kinds to the option "kinds"'
  })
  for (const kind of [undefined, null, 1, {}, 'toString', '', 'LIVENESS']) {
    t.throws(() => kinds.assertKnown(['health', kind]), { code: 'FST_MANAGEMENT_KIND_UNKNOWN' })
  }
  t.throws(() => kinds.assertKnown([]), { code: 'FST_MANAGEMENT_KIND_UNKNOWN', message: /got an array of 0/ })
  t.doesNotThrow(() => kinds.assertKnown(['liveness', 'canary']))
  t.end()
})

await t.test('assertCheckName() accepts 1 to 100 letters, digits, dots, underscores and dashes', (t) => {
  const kinds = new Kinds()
  const valid = ['a', 'db', 'users_api', 'v1.2-x', '0', 'constructor', 'toString', 'hasOwnProperty', 'x'.repeat(100)]
  for (const name of valid) {
    t.doesNotThrow(() => kinds.assertCheckName(name), name)
  }
  const invalid = ['', ' ', 'a b', 'ä', '-a', '.a', '__proto__', 'a/b', 'a\n', 'x'.repeat(101), undefined, null, 1, {}]
  for (const name of invalid) {
    t.throws(() => kinds.assertCheckName(name), { code: 'FST_MANAGEMENT_NAME_INVALID' }, describe(name))
  }
  t.end()
})

await t.test('assertCheckName() throws for a reserved path, in upper or lower case', (t) => {
  const kinds = new Kinds(['canary'])
  for (const name of ['liveness', 'readiness', 'startup', 'health', 'ping', 'lifecycle', 'canary', 'Ping']) {
    t.throws(
      () => kinds.assertCheckName(name),
      { code: 'FST_MANAGEMENT_NAME_INVALID', message: /none of .*which are paths of their own/ },
      name
    )
  }
  t.end()
})

await t.test('Kinds throws when a custom kind has a reserved or invalid name', (t) => {
  for (const kind of ['liveness', 'ping', 'lifecycle', '', 'a b']) {
    t.throws(() => new Kinds([kind]), { code: 'FST_MANAGEMENT_NAME_INVALID' }, kind)
  }
  t.end()
})

await t.test('Kinds knows the format of a kind that is an object', (t) => {
  const kinds = new Kinds(['deep', { name: 'ready', format: 'terminus' }, { name: 'plain' }])
  t.same([...kinds], ['liveness', 'readiness', 'startup', 'health', 'deep', 'ready', 'plain'])
  t.same(['deep', 'ready', 'plain', 'readiness'].map((kind) => kinds.formatOf(kind)),
    [undefined, 'terminus', undefined, undefined])
  t.same(kinds.withFormat, ['ready'])
  t.end()
})

await t.test('Kinds throws for a name that an object and another entry have', (t) => {
  const ready = { name: 'ready', format: 'terminus' } as const
  for (const custom of [[ready, 'ready'], ['ready', ready], [ready, ready], [{ name: 'ready' }, ready]]) {
    t.throws(() => new Kinds(custom), {
      code: 'FST_MANAGEMENT_NAME_TAKEN',
      message: 'the kind name "ready" is taken: list each kind once in the option "kinds"'
    })
  }
  t.end()
})

await t.test('Kinds throws for the reserved or invalid name of an object', (t) => {
  for (const name of ['readiness', 'Health', 'ping', 'lifecycle', 'a/b']) {
    t.throws(() => new Kinds([{ name, format: 'terminus' }]), { code: 'FST_MANAGEMENT_NAME_INVALID' }, name)
  }
  t.end()
})
