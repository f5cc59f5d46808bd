import t from 'tap'
import { readyMade } from '../../../lib/checks/kit/ready-made.js'
import { CheckFailure } from '../../../lib/checks/kit/result.js'
import { run } from '../../support/check.js'

await t.test('a ready-made check is UP with its details when its work ends', async (t) => {
  const check = readyMade(({ details }) => { details['latencyMs'] = 2 }, { host: 'db' })
  t.match(await run(check), { status: 'UP', details: { host: 'db', latencyMs: 2 } })
})

await t.test('a ready-made check is DOWN with the reason and its details when its work throws', async (t) => {
  const check = readyMade(() => { throw new Error('no') }, { host: 'db' })
  t.match(await run(check), { status: 'DOWN', details: { error: 'no', host: 'db' } })
})

await t.test('a ready-made check has the status of a CheckFailure', async (t) => {
  t.match(await run(readyMade(() => { throw new CheckFailure('DEGRADED', 'soon') })), { status: 'DEGRADED' })
})

await t.test('a ready-made check gives its work 90 % of the timeout', async (t) => {
  const check = readyMade(async ({ limit, details }) => {
    details['limitMs'] = limit.ms
    await limit.wait(Promise.resolve())
  })
  t.match(await run(check, 1_000), { status: 'UP', details: { limitMs: 900 } })
})

await t.test('a ready-made check starts each run with the initial details only', async (t) => {
  let runs = 0
  const check = readyMade(({ details }) => { if (++runs === 1) details['first'] = true }, { host: 'db' })
  await run(check)
  t.same((await run(check)).details, { host: 'db' })
})

await t.test('a ready-made check logs with the logger of its run', async (t) => {
  const check = readyMade(({ log, details }) => { details['log'] = typeof log.warn })
  t.match(await run(check), { details: { log: 'function' } })
})
