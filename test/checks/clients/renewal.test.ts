import t from 'tap'
import type { Test } from 'tap'
import { Renewal, renewAfterRule } from '../../../lib/checks/clients/renewal.js'
import type { NewConnection } from '../../../lib/checks/clients/renewal.js'
import { TimeLimit } from '../../../lib/checks/kit/time-limit.js'
import { Deferred } from '../../../lib/base/deferred.js'
import { ManualClock } from '../../support/clock.js'

/** New connections whose result the test sets. */
class Connections implements NewConnection {
  /** Each attempt to open a connection, which the test settles. */
  readonly attempts: Deferred<void>[] = []

  readonly open = async (): Promise<void> => {
    const attempt = new Deferred<void>()
    this.attempts.push(attempt)
    await attempt.promise
  }

  readonly isServerFull = (error: unknown): boolean => String(error).includes('too many')
}

/** A run of a check that ends when the test says so. */
class Run {
  readonly #controller = new AbortController()

  async renew (renewal: Renewal, connections: NewConnection, client: object): Promise<string> {
    const context = { signal: this.#controller.signal, timeout: 1_000_000 }
    try {
      await TimeLimit.of(context, async (limit) => await renewal.renew(client, limit, connections))
      return 'passed'
    } catch (error) {
      return String(error)
    }
  }

  end (): void {
    this.#controller.abort()
  }
}

/** A renewal with its client, its clock and its connections. */
function setUp (t: Test, renewAfter = 30_000): {
  readonly clock: ManualClock
  readonly connections: Connections
  readonly client: object
  readonly renewal: Renewal
  readonly renew: (run?: Run, client?: object) => Promise<string>
} {
  const clock = new ManualClock()
  const connections = new Connections()
  const renewal = new Renewal(renewAfter, clock)
  const client = {}
  const renew = async (run = new Run(), of = client): Promise<string> => {
    t.teardown(() => run.end())
    return await run.renew(renewal, connections, of)
  }
  return { clock, connections, client, renewal, renew }
}

await t.test('renew() opens no connection before renewAfter has passed', async (t) => {
  const { clock, connections, renew } = setUp(t)
  for (const passes of [29_999, 1]) {
    t.equal(await renew(), 'passed')
    t.equal(connections.attempts.length, 0)
    await clock.pass(passes)
  }
  const renewed = renew()
  t.equal(connections.attempts.length, 1)
  connections.attempts[0]?.resolve()
  t.equal(await renewed, 'passed')
})

await t.test('renew() opens the next connection renewAfter after the last has worked', async (t) => {
  const { clock, connections, renew } = setUp(t)
  await renew()
  await clock.pass(45_000)
  const renewed = renew()
  await clock.pass(500)
  connections.attempts[0]?.resolve()
  await renewed
  await clock.pass(29_999)
  t.equal(await renew(), 'passed')
  t.equal(connections.attempts.length, 1)
  await clock.pass(1)
  void renew()
  t.equal(connections.attempts.length, 2)
})

await t.test('renewAfter varies by 20 % in both directions', async (t) => {
  for (const [chance, dueAt] of [[0, 24_000], [0.75, 33_000], [1, 36_000]] as const) {
    const { clock, connections, renew } = setUp(t)
    clock.chance = chance
    await renew()
    await clock.pass(dueAt - 1)
    await renew()
    t.equal(connections.attempts.length, 0)
    await clock.pass(1)
    void renew()
    t.equal(connections.attempts.length, 1)
  }
})

await t.test('renew() opens no connection when renewAfter is 0', async (t) => {
  const { clock, connections, renew } = setUp(t, 0)
  await renew()
  await clock.pass(1_000_000)
  t.equal(await renew(), 'passed')
  t.equal(connections.attempts.length, 0)
})

await t.test('renewed() postpones the next renewal', async (t) => {
  const { clock, connections, client, renewal, renew } = setUp(t)
  await renew()
  await clock.pass(30_000)
  renewal.renewed(client)
  await clock.pass(29_999)
  t.equal(await renew(), 'passed')
  t.equal(connections.attempts.length, 0)
})

await t.test('a failed renewal fails with its reason, and stays due until a new connection works', async (t) => {
  const { clock, connections, renew } = setUp(t)
  await renew()
  await clock.pass(30_000)
  for (const attempt of [0, 1]) {
    const renewed = renew()
    connections.attempts[attempt]?.reject(new Error('password authentication failed'))
    t.equal(await renewed, 'Error: a new connection fails: password authentication failed')
  }
  const renewed = renew()
  connections.attempts[2]?.resolve()
  t.equal(await renewed, 'passed')
  t.equal(await renew(), 'passed')
  t.equal(connections.attempts.length, 3)
})

await t.test('alongside() runs the work and the renewal at the same time, and waits for both', async (t) => {
  const { clock, connections, client, renewal } = setUp(t)
  const { signal } = new AbortController()
  const work = new Deferred<string>()
  const run = async (): Promise<string> => {
    return await TimeLimit.of({ signal, timeout: 1_000 }, async (limit) => {
      return await renewal.alongside(async () => await work.promise, client, limit, connections)
    })
  }
  const first = run()
  await clock.pass(30_000)
  const second = run()
  t.equal(connections.attempts.length, 1)
  work.resolve('8.4.3')
  t.equal(await first, '8.4.3')
  connections.attempts[0]?.reject(new Error('refused'))
  await t.rejects(second, { message: 'a new connection fails: refused' })
})

await t.test('alongside() rejects with the failure of the work when the renewal fails too', async (t) => {
  const { clock, connections, client, renewal, renew } = setUp(t)
  const { signal } = new AbortController()
  await renew()
  await clock.pass(30_000)
  const both = TimeLimit.of({ signal, timeout: 1_000 }, async (limit) => {
    await renewal.alongside(async () => await Promise.reject(new Error('reset')), client, limit, connections)
  })
  connections.attempts[0]?.reject(new Error('refused'))
  await t.rejects(both, { message: 'reset' })
})

await t.test('a renewal is DEGRADED when the server is full', async (t) => {
  const { clock, connections, renewal, client } = setUp(t, 1)
  const { signal } = new AbortController()
  const renew = async (): Promise<void> => {
    await TimeLimit.of({ signal, timeout: 1_000_000 }, async (limit) => {
      await renewal.renew(client, limit, connections)
    })
  }
  await renew()
  await clock.pass(1)
  const renewed = renew()
  connections.attempts[0]?.reject(new Error('too many clients'))
  await t.rejects(renewed, { status: 'DEGRADED', message: 'a new connection fails: too many clients' })
})

await t.test('a renewal fails when its run ends, and the next run tries again', async (t) => {
  const { clock, connections, renew } = setUp(t)
  await renew()
  await clock.pass(30_000)
  const run = new Run()
  const renewed = renew(run)
  run.end()
  t.equal(await renewed, 'Error: a new connection fails: no answer within 900000 ms')
  connections.attempts[0]?.resolve()
  void renew()
  t.equal(connections.attempts.length, 2)
})

await t.test('a renewal fails when opening throws', async (t) => {
  const { clock, renewal, client, renew } = setUp(t)
  await renew()
  await clock.pass(30_000)
  const broken = { open: () => { throw new Error('no such option') }, isServerFull: () => false }
  for (let count = 0; count < 2; count++) {
    t.equal(await new Run().renew(renewal, broken, client), 'Error: a new connection fails: no such option')
  }
})

await t.test('concurrent runs open one connection at a time', async (t) => {
  const { clock, connections, renew } = setUp(t)
  await renew()
  await clock.pass(30_000)
  const runs = [renew(), renew(), renew()]
  t.equal(connections.attempts.length, 1)
  connections.attempts[0]?.reject(new Error('refused'))
  t.equal(await runs[0], 'Error: a new connection fails: refused')
  t.equal(connections.attempts.length, 2, 'the second run tries for itself')
  connections.attempts[1]?.resolve()
  t.same(await Promise.all(runs.slice(1)), ['passed', 'passed'])
  t.equal(connections.attempts.length, 2, 'the third run needs no connection')
})

await t.test('a run gives up when another run\'s renewal takes longer than its own limit', async (t) => {
  const { clock, connections, renew } = setUp(t)
  await renew()
  await clock.pass(30_000)
  void renew()
  const second = new Run()
  const waiting = renew(second)
  second.end()
  t.equal(await waiting, 'Error: no answer within 900000 ms')
  t.equal(connections.attempts.length, 1)
})

await t.test('each client has its own renewals', async (t) => {
  const { clock, connections, renew } = setUp(t)
  await renew()
  await clock.pass(20_000)
  const other = {}
  await renew(new Run(), other)
  await clock.pass(10_000)
  await renew(new Run(), other)
  t.equal(connections.attempts.length, 0)
  void renew()
  t.equal(connections.attempts.length, 1)
})

await t.test('renewAfter is 30 s by default, and must be a whole number of milliseconds', (t) => {
  t.equal(renewAfterRule(undefined, 'postgres.renewAfter'), 30_000)
  t.equal(renewAfterRule(0, 'postgres.renewAfter'), 0)
  for (const wrong of [-1, 1.5, '30s', null, Infinity]) {
    t.throws(() => renewAfterRule(wrong, 'postgres.renewAfter'), {
      code: 'FST_MANAGEMENT_OPTION_INVALID',
      message: /^option "postgres.renewAfter" must be a whole number of milliseconds from 0/
    })
  }
  t.end()
})
