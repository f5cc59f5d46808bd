import t from 'tap'
import { isPassing, isStatus, STATUSES, worst } from '../../lib/health/status.js'
import type { Status } from '../../lib/health/status.js'

await t.test('worst() ranks DOWN before OUT_OF_SERVICE, DEGRADED and UP', (t) => {
  const order: readonly Status[] = ['UP', 'DEGRADED', 'OUT_OF_SERVICE', 'DOWN']
  order.forEach((status, at) => {
    t.equal(worst(order.slice(0, at + 1)), status)
    t.equal(worst(order.slice(0, at + 1).reverse()), status)
  })
  t.end()
})

await t.test('worst() returns UP for an empty list', (t) => {
  t.equal(worst([]), 'UP')
  t.end()
})

await t.test('isStatus() accepts only the four statuses', (t) => {
  for (const status of ['UP', 'DEGRADED', 'OUT_OF_SERVICE', 'DOWN']) t.ok(isStatus(status))
  for (const other of ['up', 'UNKNOWN', '', 200, null, undefined, ['UP'], { status: 'UP' }]) t.notOk(isStatus(other))
  t.end()
})

await t.test('isPassing() is true for UP and DEGRADED only', (t) => {
  t.same(STATUSES.filter(isPassing), ['DEGRADED', 'UP'])
  t.same(STATUSES.filter((status) => !isPassing(status)), ['DOWN', 'OUT_OF_SERVICE'])
  t.end()
})

await t.test('worst() returns DOWN when a status is unknown', (t) => {
  t.equal(worst(['UP', 'UNKNOWN' as Status]), 'DOWN')
  t.end()
})
