import t from 'tap'
import { isPassing, isStatus, STATUSES, worst } from '../../lib/health/status.js'
import type { Status } from '../../lib/health/status.js'

await t.test('the worst status is DOWN, then OUT_OF_SERVICE, then DEGRADED, then UP', (t) => {
  const order: readonly Status[] = ['UP', 'DEGRADED', 'OUT_OF_SERVICE', 'DOWN']
  order.forEach((status, at) => {
    t.equal(worst(order.slice(0, at + 1)), status)
    t.equal(worst(order.slice(0, at + 1).reverse()), status)
  })
  t.end()
})

await t.test('of no statuses the worst is UP', (t) => {
  t.equal(worst([]), 'UP')
  t.end()
})

await t.test('only the four statuses are statuses', (t) => {
  for (const status of ['UP', 'DEGRADED', 'OUT_OF_SERVICE', 'DOWN']) t.ok(isStatus(status))
  for (const other of ['up', 'UNKNOWN', '', 200, null, undefined, ['UP'], { status: 'UP' }]) t.notOk(isStatus(other))
  t.end()
})

await t.test('UP and DEGRADED pass, OUT_OF_SERVICE and DOWN do not', (t) => {
  t.same(STATUSES.filter(isPassing), ['DEGRADED', 'UP'])
  t.same(STATUSES.filter((status) => !isPassing(status)), ['DOWN', 'OUT_OF_SERVICE'])
  t.end()
})

await t.test('a status that is none is the worst of all', (t) => {
  t.equal(worst(['UP', 'UNKNOWN' as Status]), 'DOWN')
  t.end()
})
