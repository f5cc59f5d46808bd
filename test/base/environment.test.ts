import t from 'tap'
import { firstSet } from '../../lib/base/environment.js'

await t.test('firstSet() skips variables that are empty or white space', (t) => {
  t.equal(firstSet({ A: '', B: ' \t', C: ' c ', D: 'd' }, 'X', 'A', 'B', 'C', 'D'), 'c')
  t.equal(firstSet({ A: '' }, 'A'), undefined)
  t.end()
})
