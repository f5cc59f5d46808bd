import { circuitBreaker as cockatielBreaker, ConsecutiveBreaker, handleAll } from 'cockatiel'
import Opossum from 'opossum'
import t from 'tap'
import { circuitBreaker } from '../../../../lib/checks/clients/circuit-breaker/circuit-breaker.js'
import { run } from '../../../support/check.js'

type Test = Pick<typeof t, 'teardown'>

const REFUSED = new Error('payments refused')

function opossum (test: Test): Opossum {
  const breaker = new Opossum(async () => await Promise.reject(REFUSED), { name: 'payments', resetTimeout: 60_000 })
  test.teardown(() => breaker.shutdown())
  return breaker
}

await t.test('circuitBreaker() is UP with the counts while a circuit of opossum is closed', async (t) => {
  const breaker = opossum(t)
  const details = { state: 'closed', name: 'payments', fires: 0, failures: 0, timeouts: 0, rejects: 0 }
  for (const source of [breaker, () => breaker]) {
    t.match(await run(circuitBreaker(source)), { status: 'UP', details })
  }
})

await t.test('circuitBreaker() is DEGRADED until a circuit of opossum closes again', async (t) => {
  const breaker = opossum(t)
  const check = circuitBreaker(breaker)
  await t.rejects(breaker.fire(), REFUSED)
  const open = await run(check)
  t.match(open, { status: 'DEGRADED', details: { error: 'the circuit is open', state: 'open', failures: 1 } })
  const outOfService = circuitBreaker(breaker, { whenOpen: 'OUT_OF_SERVICE' })
  t.match(await run(outOfService), { status: 'OUT_OF_SERVICE' })
  breaker.close()
  t.match(await run(check), { status: 'UP' })
})

await t.test('circuitBreaker() is DEGRADED while a circuit of opossum is half open', async (t) => {
  const breaker = new Opossum(async () => await Promise.reject(REFUSED), { resetTimeout: 1 })
  t.teardown(() => breaker.shutdown())
  // The timer of opossum does not keep the process alive.
  const alive = setInterval(() => undefined, 60_000)
  t.teardown(() => clearInterval(alive))
  const halfOpen = new Promise((resolve) => breaker.once('halfOpen', resolve))
  await t.rejects(breaker.fire(), REFUSED)
  await halfOpen
  t.match(await run(circuitBreaker(breaker)), { status: 'DEGRADED', details: { error: 'the circuit is half open' } })
})

await t.test('circuitBreaker() is UP when an open breaker of opossum is disabled', async (t) => {
  const breaker = opossum(t)
  const check = circuitBreaker(breaker)
  breaker.open()
  breaker.disable()
  t.match(await run(check), { status: 'UP', details: { state: 'disabled' } })
  breaker.enable()
  t.match(await run(check), { status: 'DEGRADED', details: { state: 'open' } })
})

await t.test('circuitBreaker() is DOWN when a breaker of opossum is shut down', async (t) => {
  const breaker = opossum(t)
  breaker.shutdown()
  const error = 'the circuit breaker is shut down, so it runs no request'
  t.match(await run(circuitBreaker(breaker)), { status: 'DOWN', details: { error, state: 'shut down' } })
})

await t.test('circuitBreaker() shows the last error while a circuit of cockatiel is not closed', async (t) => {
  const breaker = cockatielBreaker(handleAll, { halfOpenAfter: 60_000, breaker: new ConsecutiveBreaker(1) })
  const check = circuitBreaker(breaker)
  t.match(await run(check), { status: 'UP', details: { state: 'closed' } })
  const isolation = breaker.isolate()
  t.match(await run(check), { status: 'DEGRADED', details: { error: 'the circuit is isolated' } })
  isolation.dispose()
  await t.rejects(breaker.execute(() => { throw REFUSED }), REFUSED)
  const error = 'the circuit is open: payments refused'
  t.match(await run(check), { status: 'DEGRADED', details: { error, state: 'open' } })
})

await t.test('circuitBreaker() is DEGRADED when the state is unknown, or the last failure is a value', async (t) => {
  const double = (state: number): never => ({
    state, lastFailure: { value: 500 }, isolate: () => 0, execute: () => 0, onBreak: () => 0
  }) as never
  t.match(await run(circuitBreaker(double(2))), { status: 'DEGRADED', details: { error: 'the circuit is half open' } })
  const error = 'the circuit is in the unknown state 9'
  t.match(await run(circuitBreaker(double(9))), { status: 'DEGRADED', details: { error } })
})

await t.test('circuitBreaker() throws when its options are invalid', (t) => {
  const breaker = opossum(t)
  t.throws(() => circuitBreaker(breaker, { whenOpened: 'DOWN' } as never), {
    code: 'FST_MANAGEMENT_OPTION_INVALID',
    message: /circuitBreaker\(breaker\)\.whenOpened.*did you mean "whenOpen"/
  })
  t.throws(() => circuitBreaker(breaker, { whenOpen: 'UP' as never }), {
    code: 'FST_MANAGEMENT_OPTION_INVALID',
    message: /circuitBreaker\.whenOpen/
  })
  t.end()
})
