import { circuitBreaker as cockatielBreaker, ConsecutiveBreaker, handleAll } from 'cockatiel'
import Opossum from 'opossum'
import t from 'tap'
import type { Test } from 'tap'
import { circuitBreaker } from '../../../lib/checks/clients/circuit-breaker/circuit-breaker.js'
import type { CircuitBreaker } from '../../../lib/checks/clients/circuit-breaker/circuit-breaker.js'
import { startApp } from '../../support/app.js'
import { missing, startServer } from '../../support/servers/index.js'
import type { TestServer } from '../../support/servers/index.js'
import { EXPECTED } from './expected.js'
import type { ExpectedResult } from './expected.js'
import { probe } from './probe.js'

t.jobs = 4

/** Asserts the answer to a probe. */
type Answers = (expected: ExpectedResult) => Promise<void>

async function appWith (t: Test, breaker: CircuitBreaker): Promise<Answers> {
  const { url } = await startApp(t, { showDetails: 'always', checks: { readiness: { db: circuitBreaker(breaker) } } })
  return async ({ status, error }) => {
    const answer = await probe(url)
    t.same([answer.status, answer.error], [status, error])
  }
}

/** The call that a breaker protects. */
function request ({ url }: TestServer): () => Promise<void> {
  const { origin, username, password } = new URL(url)
  const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
  return async () => { await fetch(origin, { headers: { authorization, connection: 'close' } }) }
}

const UP = { status: 'UP' } as const

await t.test('circuit breakers', { skip: missing('http'), buffered: true }, async (t) => {
  const server = await startServer(t, 'http')

  await t.test('a CircuitBreaker of opossum opens and shuts down', async (t) => {
    const breaker = new Opossum(request(server), { resetTimeout: 60_000 })
    const answers = await appWith(t, breaker)
    await server.stop()
    await t.rejects(breaker.fire())
    await answers(EXPECTED.opossum['open circuit'])
    breaker.shutdown()
    await answers(EXPECTED.opossum['breaker shut down'])
    await server.start()
  })

  await t.test('a CircuitBreaker of opossum half-opens and closes', async (t) => {
    const breaker = new Opossum(request(server), { resetTimeout: 1 })
    t.teardown(() => breaker.shutdown())
    const answers = await appWith(t, breaker)
    await server.stop()
    // The timer of opossum does not keep the process alive.
    const alive = setInterval(() => undefined, 60_000)
    t.teardown(() => clearInterval(alive))
    const halfOpen = new Promise((resolve) => breaker.once('halfOpen', resolve))
    await t.rejects(breaker.fire())
    await halfOpen
    await answers(EXPECTED.opossum['half-open circuit'])
    await server.start()
    await breaker.fire()
    await answers(UP)
  })

  await t.test('a policy of cockatiel opens, half-opens and closes', async (t) => {
    const expected = EXPECTED.cockatiel
    const policy = cockatielBreaker(handleAll, { halfOpenAfter: 1, breaker: new ConsecutiveBreaker(1) })
    const answers = await appWith(t, policy)
    await policy.execute(request(server))
    await answers(UP)
    await server.stop()
    await t.rejects(policy.execute(request(server)))
    await answers(expected['open circuit'])
    await server.start()
    await policy.execute(async () => {
      await answers(expected['half-open circuit'])
      await request(server)()
    })
    await answers(UP)
  })
})
