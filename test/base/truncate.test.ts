import t from 'tap'
import { redactAndTruncate, redactAndTruncateOnly, redactCut, truncate } from '../../lib/base/truncate.js'

await t.test('truncate() cuts only a text that is too long', (t) => {
  t.equal(truncate('abc', 3), 'abc')
  t.equal(truncate('abcd', 3), 'abc…')
  t.end()
})

await t.test('truncate() does not redact', (t) => {
  t.equal(truncate('token=x y', 7), 'token=x…')
  t.end()
})

await t.test('truncate() cuts at white space in the last quarter', (t) => {
  t.equal(truncate(`${'a'.repeat(80)} ${'b'.repeat(80)}`, 100), `${'a'.repeat(80)}…`)
  t.equal(truncate(`${'a'.repeat(70)} ${'b'.repeat(80)}`, 100), `${'a'.repeat(70)} ${'b'.repeat(29)}…`)
  t.end()
})

await t.test('truncate() does not cut a surrogate pair in two', (t) => {
  t.equal(truncate('ab😀', 3), 'ab…')
  t.equal(truncate('ab😀c', 4), 'ab😀…')
  t.end()
})

await t.test('redactAndTruncate() redacts before it truncates', (t) => {
  t.equal(redactAndTruncate('postgres://admin:hunter2@db/x', 18), 'postgres://[REDACT…')
  t.end()
})

await t.test('redactAndTruncate() shows control characters, redactAndTruncateOnly() does not', (t) => {
  t.equal(redactAndTruncate('a\u009b', 18), 'a\\u{9b}')
  t.equal(redactAndTruncateOnly('a\u009b', 18), 'a\u009b')
  t.end()
})

await t.test('redactAndTruncate() reads 16,000 characters at most', (t) => {
  t.equal(redactAndTruncate('x'.repeat(20_000), 30_000), `${'x'.repeat(16_000)}…`)
  t.end()
})

await t.test('redactAndTruncate() leaves out the first half of a secret at the end of the read text', (t) => {
  const ends = [
    ' postgres://u:hunter2hunter2@db/', ' u:hunter2hunter2@tcp(db)', '"postgres://u:hunter2,hunter2@db/',
    ' Bearer hunter2hunter2', ' password: hunter2hunter2', '&token=hunter2hunter2', '"},{"password":"hunter2hunter2"}'
  ]
  const shown = ends.flatMap((end) => Array.from({ length: end.length }, (_, at) => {
    const start = 'token='.padEnd(16_000 - at, 'x')
    return redactAndTruncate(start + end, 2_000)
  }))
  t.same(shown.filter((text) => text.includes('hunter') || !text.endsWith('…')), [])
  t.end()
})

await t.test('redactCut() marks the end, and leaves out the last word', (t) => {
  t.equal(redactCut('answered hunt'), 'answered…')
  t.equal(redactCut('{"a":1,"b":"hun'), '{"a":1,"b":"…')
  t.equal(redactCut('hunt'), '…')
  t.equal(redactCut(`${'x'.repeat(300)}😀`.slice(0, -1)), `${'x'.repeat(300)}…`)
  t.equal(redactCut(`{"a":"postgres://u:${'x'.repeat(300)}`), '{"a":"postgres://[REDACTED]…')
  t.equal(redactCut(`see http://host/ ${'x'.repeat(300)}`), `see http://host/ ${'x'.repeat(300)}…`)
  t.end()
})
