import t from 'tap'
import { firstSet } from '../../lib/base/environment.js'

await t.test('a variable that is empty or white space counts as unset', (t) => {
  t.equal(firstSet({ A: '', B: ' \t', C: ' c ', D: 'd' }, 'X', 'A', 'B', 'C', 'D'), 'c')
  t.equal(firstSet({ A: '' }, 'A'), undefined)
  t.end()
})
