import t from 'tap'
import { peerHeaders, reportTimeMs } from '../../../lib/checks/network/peer-headers.js'

await t.test('peerHeaders() contains the hop, and the time limit in whole milliseconds from 50', (t) => {
  t.same(peerHeaders(719.9), { 'management-hop': '1', 'management-timeout': '719' })
  t.same([49.9, 1, 0, -3].map((ms) => peerHeaders(ms)['management-timeout']), ['50', '50', '50', '50'])
  t.end()
})

await t.test('reportTimeMs() leaves 10 % of the time limit, and at least 20 ms, for the network', (t) => {
  const cases: readonly [string, number][] = [
    ['50', 30], ['54', 34], ['200', 180], ['201', 180], ['720', 648], ['4500', 4_050], ['2147483647', 1_932_735_282]
  ]
  for (const [limit, expected] of cases) t.equal(reportTimeMs({ 'management-timeout': limit }), expected, limit)
  t.end()
})

await t.test('reportTimeMs() is undefined without a whole number from 50', (t) => {
  const wrong = [
    '', '0', '1', '49', '-60', '+60', '60.5', '60.0', '6e2', '0x60', '060', ' 60', '60 ', '6 0', '60ms', '60, 60',
    '60,800', '60;800', '６０', 'NaN', 'Infinity', 'true', '99999999999', '9'.repeat(400), '60\n'
  ]
  for (const value of wrong) t.equal(reportTimeMs({ 'management-timeout': value }), undefined, value)
  t.equal(reportTimeMs({}), undefined)
  t.equal(reportTimeMs({ 'management-timeout': ['60', '60'] }), undefined)
  t.end()
})
