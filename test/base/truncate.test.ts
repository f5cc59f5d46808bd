import t from 'tap'
import { redactAndTruncate, truncate } from '../../lib/base/truncate.js'

await t.test('truncate() cuts only a text that is too long', (t) => {
  t.equal(truncate('abc', 3), 'abc')
  t.equal(truncate('abcd', 3), 'abc…')
  t.end()
})

await t.test('truncate() does not redact', (t) => {
  t.equal(truncate('token=x y', 7), 'token=x…')
  t.end()
})

await t.test('redactAndTruncate() redacts before it truncates', (t) => {
  t.equal(redactAndTruncate('postgres://admin:hunter2@db/x', 18), 'postgres://[REDACT…')
  t.end()
})

await t.test('redactAndTruncate() reads 16,000 characters at most', (t) => {
  t.equal(redactAndTruncate('x'.repeat(20_000), 30_000), 'x'.repeat(16_000))
  t.end()
})
