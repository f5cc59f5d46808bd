import t from 'tap'
import { hashSlotOf } from '../../../../lib/checks/clients/redis/hash-slot.js'

await t.test('hashSlotOf() returns the slots that CLUSTER KEYSLOT returns', (t) => {
  // From Redis 7.0.
  const slots: Readonly<Record<string, number>> = {
    foo: 12182,
    123456789: 12739,
    '{foo}bar': 12182,
    'bar{foo}{zap}': 12182,
    'foo{}{bar}': 8363,
    'foo{{bar}}zap': 4015,
    'foo{bar': 15278,
    ü: 9552,
    '{line\nbreak}': 11913
  }
  t.same(Object.fromEntries(Object.keys(slots).map((key) => [key, hashSlotOf(key)])), slots)
  t.end()
})

await t.test('hashSlotOf() counts the whole key when its braces contain nothing or are not closed', (t) => {
  for (const key of ['{', '{{{', '}{', 'a{}b{c}']) t.not(hashSlotOf(key), hashSlotOf(''), key)
  t.equal(hashSlotOf('a{b}{c}'), hashSlotOf('b'))
  t.end()
})
