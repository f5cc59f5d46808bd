import t from 'tap'
import { withRemoteDetails } from '../../../lib/checks/network/remote-details.js'

const FACTS = { error: 'reason', statusCode: 503 }

await t.test('withRemoteDetails() puts the facts first and prefers them', (t) => {
  const details = { region: 'eu', error: 'other', password: 'x' }
  t.same(Object.entries(withRemoteDetails(FACTS, details)), [
    ['error', 'reason'], ['statusCode', 503], ['region', 'eu'], ['password', '[REDACTED]']
  ])
  t.same(withRemoteDetails({ statusCode: 200 }, { error: 'lag' }), { statusCode: 200, error: 'lag' })
  t.end()
})

await t.test('withRemoteDetails() shows 90 details and the number of the others', (t) => {
  const details = Object.fromEntries(Array.from({ length: 1_000 }, (_, at) => [`k${at}`, at]))
  const shown = withRemoteDetails(FACTS, details)
  t.equal(Object.keys(shown).length, 93)
  t.match(shown, { ...FACTS, k0: 0, k89: 89, '…': '910 more' })
  t.end()
})

await t.test('withRemoteDetails() limits the length of all details together', (t) => {
  const details = Object.fromEntries(Array.from({ length: 90 }, (_, at) => [at, 'long text '.repeat(500)]))
  t.ok(JSON.stringify(withRemoteDetails(FACTS, details)).length < 40 * 1024)
  t.end()
})
