import t from 'tap'
import { didYouMean, suggest } from '../../lib/base/suggest.js'

const KNOWN = [
  'checks', 'kinds', 'auth', 'prefix', 'timeout', 'showComponents', 'showDetails', 'host', 'readiness', 'ttl'
]

await t.test('suggest() returns the known name that a name resembles', (t) => {
  const cases = {
    chekcs: 'checks',
    check: 'checks',
    hots: 'host',
    timeOut: 'timeout',
    TIMEOUT: 'timeout',
    timout: 'timeout',
    tmeot: 'timeout',
    showComponent: 'showComponents',
    showDetials: 'showDetails',
    show: 'showComponents',
    authentication: 'auth',
    readyness: 'readiness',
    Readiness: 'readiness',
    tll: 'ttl'
  }
  const suggestions = Object.fromEntries(Object.keys(cases).map((name) => [name, suggest(name, KNOWN)]))
  t.same(suggestions, cases)
  t.end()
})

await t.test('suggest() returns undefined for a name that resembles no known name', (t) => {
  const names = ['autoload', 'autoHooks', '', 'au', 'hosst2', 'kidnss', 'live', 'x'.repeat(10_000_000), 'time2']
  t.same(names.filter((name) => suggest(name, KNOWN) !== undefined), [])
  t.equal(suggest('checks', []), undefined)
  t.end()
})

await t.test('suggest() prefers the fewest edits to a common beginning', (t) => {
  t.equal(suggest('timeouts', ['timeoutsOfAll', 'timeout']), 'timeout')
  t.equal(suggest('maxDelay', ['maxDelayShare', 'minDelay', 'maxDelays']), 'maxDelays')
  t.end()
})

await t.test('didYouMean() returns the end of a message, or nothing', (t) => {
  t.equal(didYouMean('readyness', KNOWN), ' (did you mean "readiness"?)')
  t.equal(didYouMean('other', KNOWN), '')
  t.equal(didYouMean(5, KNOWN), '')
  t.end()
})

await t.test('suggest() compares only the beginning of a very long name', (t) => {
  t.equal(suggest(`readiness${'x'.repeat(1e6)}`, KNOWN), 'readiness')
  t.equal(suggest('x'.repeat(1e6), KNOWN), undefined)
  t.end()
})
