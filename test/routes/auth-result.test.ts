import t from 'tap'
import { isAccepting, isRefusing } from '../../lib/routes/auth-result.js'

const ANSWERS = [
  { ok: false }, { active: false }, { allowed: false }, { authenticated: false }, { authorized: false },
  { success: false }, { valid: false }, { error: 'invalid_token' }, { status: 401 }, { statusCode: 300 },
  { status: '403' }, { status: 'rejected' }, { status: 'fulfilled', value: false }, { message: 'no' }
]

await t.test('isRefusing() and isAccepting() refuse the answers of services that refuse', (t) => {
  for (const answer of ANSWERS) {
    t.equal(isRefusing(answer), true, JSON.stringify(answer))
    t.equal(isAccepting(answer), false, JSON.stringify(answer))
  }
  t.end()
})

await t.test('isAccepting() refuses values that may come from a search without a result', (t) => {
  for (const value of [null, false, 0, NaN, '', [], [[]], [true, null], Object(false)]) t.notOk(isAccepting(value))
  t.end()
})

await t.test('isAccepting() accepts users, other answers, and lists of them', (t) => {
  const accepted = [
    undefined, true, 'operator', { name: 'operator', status: 'active' }, { status: 200, ok: true }, { status: '200' },
    { error: null, active: true }, { error: () => undefined }, Object(true), [undefined, { status: 'fulfilled' }]
  ]
  for (const value of accepted) t.equal(isAccepting(value), true, JSON.stringify(value))
  t.end()
})

await t.test('isRefusing() leaves other values to done()', (t) => {
  for (const value of [undefined, null, 0, '', true, [], { status: 200 }]) t.equal(isRefusing(value), false)
  t.end()
})
