import t from 'tap'
import { ratioOf, spreadOf } from '../../benchmark/statistics.js'
import { kilobytes, table, withSpread } from '../../benchmark/table.js'

await t.test('spreadOf() returns the median and the middle half, and ratioOf() divides by a median', (t) => {
  t.same(spreadOf([5, 1, 4, 2, 3]), { median: 3, low: 2, high: 4 })
  t.same(spreadOf([4, 1]), { median: 2.5, low: 1.75, high: 3.25 })
  t.same(spreadOf([7]), { median: 7, low: 7, high: 7 })
  t.throws(() => spreadOf([]), { message: 'the median of an empty list does not exist' })
  t.same(ratioOf({ median: 6, low: 3, high: 9 }, { median: 3, low: 1, high: 100 }), { median: 2, low: 1, high: 3 })
  t.end()
})

await t.test('figures are formatted for reading', (t) => {
  t.equal(withSpread({ median: 1.084, low: 1, high: 1.116 }), '1.08 (1.00 to 1.12)')
  t.equal(withSpread({ median: 1.084, low: 1, high: 1.116 }, 1), '1.1 (1.0 to 1.1)')
  t.equal(kilobytes(12_345), '12.3 kB')
  t.equal(kilobytes(-1_234_567), '-1,235 kB')
  t.equal(table(['', 'a'], [['b', '1'], ['c', '2']]), '|  | a |\n| --- | --: |\n| b | 1 |\n| c | 2 |')
  t.end()
})
