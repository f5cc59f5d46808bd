import t from 'tap'
import { KeptSeries } from '../../../lib/observe/metrics/kept-series.js'

await t.test('KeptSeries forgets the oldest series when there are too many', (t) => {
  const kept = new KeptSeries()
  const samples = Array.from({ length: 30_000 }, (_, nth) => ({ labels: { check: `c${nth}` }, value: 1 }))
  t.equal(kept.complete('status', samples).length, 30_000)
  const all = kept.complete('status', [])
  t.equal(all.length, 10_000)
  t.same(all.at(0), { labels: { check: 'c20000' }, value: 0 })
  t.end()
})
