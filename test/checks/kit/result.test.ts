import t from 'tap'
import { toCheckResult, CheckFailure, timed } from '../../../lib/checks/kit/result.js'

await t.test('toCheckResult() is UP with the details when the work ends', async (t) => {
  const details: Record<string, unknown> = {}
  t.same(await toCheckResult(details, () => { details['latencyMs'] = 2 }), { status: 'UP', details: { latencyMs: 2 } })
})

await t.test('toCheckResult() is DOWN with the reason and the details when the work throws or rejects', async (t) => {
  const throwing = (): never => { throw new Error('no') }
  const rejecting = async (): Promise<never> => await Promise.reject(new Error('no'))
  for (const work of [throwing, rejecting]) {
    t.same(await toCheckResult({ host: 'db' }, work), { status: 'DOWN', details: { error: 'no', host: 'db' } })
  }
})

await t.test('toCheckResult() has the status of a CheckFailure', async (t) => {
  const work = (): never => { throw new CheckFailure('DEGRADED', 'soon') }
  t.same(await toCheckResult({}, work), { status: 'DEGRADED', details: { error: 'soon' } })
})

await t.test('timed() returns the result of the work and its duration', async (t) => {
  const { result, latencyMs } = await timed(async () => await Promise.resolve('pong'))
  t.equal(result, 'pong')
  t.ok(latencyMs >= 0)
})
