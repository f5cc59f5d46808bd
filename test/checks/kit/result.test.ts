import t from 'tap'
import { toCheckResult, CheckFailure, timed } from '../../../lib/checks/kit/result.js'

await t.test('work that ends is UP, with the facts it has filled in', async (t) => {
  const facts: Record<string, unknown> = {}
  t.same(await toCheckResult(facts, () => { facts['latencyMs'] = 2 }), { status: 'UP', details: { latencyMs: 2 } })
})

await t.test('work that throws or rejects is DOWN, with the reason and what was found before', async (t) => {
  t.same(await toCheckResult({ host: 'db' }, () => { throw new Error('no') }), { status: 'DOWN', details: { error: 'no', host: 'db' } })
  t.same(await toCheckResult({ host: 'db' }, async () => await Promise.reject(new Error('no'))), { status: 'DOWN', details: { error: 'no', host: 'db' } })
})

await t.test('a finding stands for its own status', async (t) => {
  t.same(await toCheckResult({}, () => { throw new CheckFailure('DEGRADED', 'soon') }), { status: 'DEGRADED', details: { error: 'soon' } })
})

await t.test('what is timed gives its result and how long it took', async (t) => {
  const { result, latencyMs } = await timed(async () => await Promise.resolve('pong'))
  t.equal(result, 'pong')
  t.ok(latencyMs >= 0)
})
