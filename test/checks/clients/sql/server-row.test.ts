import t from 'tap'
import { rowOf } from '../../../../lib/checks/clients/sql/server-row.js'

const RECORD = { version: '17.2', read_only: 'off' }
const ARRAY = ['17.2', 'off']

await t.test('rowOf() reads rows as objects and as arrays, wrapped as drivers and wrappers return them', (t) => {
  for (const row of [RECORD, ARRAY, { '': RECORD }]) {
    const results: readonly unknown[] = [{ rows: [row] }, [row], [[row], []], [{ rows: [row] }], [[row], undefined]]
    const found = results.map((result) => {
      try {
        return rowOf(result)
      } catch (error) {
        return String(error)
      }
    })
    t.same(found, results.map(() => ARRAY), JSON.stringify(row))
  }
  t.end()
})

await t.test('rowOf() reads a version in bytes', (t) => {
  t.same(rowOf([[[Buffer.from('8.4.3'), 0]], []]), [Buffer.from('8.4.3'), 0])
  t.end()
})

await t.test('rowOf() throws when the result has no row, or no such row', (t) => {
  const results: readonly unknown[] = [
    undefined, null, 7, 'ok', {}, [], [[]], [[], []], { rows: [] }, { rows: undefined },
    { rows: [{ version: '8.4.3' }] }, [{ affectedRows: 0 }], [[1, 2, 3]], [[[[[[[ARRAY]]]]]]]
  ]
  for (const result of results) {
    t.throws(() => rowOf(result), { message: 'the server answered without a row' }, JSON.stringify(result))
  }
  t.end()
})
