import swagger from '@fastify/swagger'
import fc from 'fast-check'
import Fastify from 'fastify'
import type { FastifyInstance } from 'fastify'
import t from 'tap'
import management from '../../lib/index.js'
import type { Component, ManagementOptions, Status } from '../../lib/index.js'
import type { Show } from '../../lib/options/types.js'
import { portOf } from '../support/app.js'
import { requests, Sender } from '../support/hostile-requests.js'

type Test = Pick<typeof t, 'teardown'>

/** The facts about an app that its answers must hide. */
interface Hidden {
  /** Names of checks by status. */
  readonly names: Readonly<Record<'UP' | 'DEGRADED' | 'DOWN', string>>
  readonly service: string
  /** A text that appears in errors, details and parts of components. */
  readonly secret: string
}

const ONE: Hidden = {
  names: { UP: 'db', DEGRADED: 'cache', DOWN: 'mail' },
  service: 'users',
  secret: 'hunter2 of the first'
}
const OTHER: Hidden = {
  names: { UP: 'mail', DEGRADED: 'broken', DOWN: 'db' },
  service: 'widgets',
  secret: 'something else, and longer than that of the first'
}

/** Starts an app with an OpenAPI document and a service dependency that shows its components and details. */
async function appWith (
  { names, service, secret }: Hidden,
  options: ManagementOptions,
  test: Test
): Promise<FastifyInstance> {
  const parts: Record<string, Component> = { primary: { status: 'UP', details: { secret } } }
  const check = (status: Status) => () => ({ status, details: { error: secret, secret: [secret] }, components: parts })
  const checks = {
    readiness: { [names.UP]: () => true, [names.DEGRADED]: check('DEGRADED') },
    health: {
      [names.DOWN]: {
        check: () => { throw new Error(secret) },
        ttl: secret.length
      }
    }
  }
  const remote = Fastify({ forceCloseConnections: true })
  await remote.register(management, { checks: { health: { shelf: check('UP') } }, showDetails: 'always' })
  await remote.listen({ host: '127.0.0.1', port: 0 })
  const app = Fastify({ forceCloseConnections: true })
  test.teardown(async () => {
    await app.close()
    await remote.close()
  })
  await app.register(swagger, { openapi: { openapi: '3.1.0', info: { title: 'shop', version: '1' } } })
  await app.register(management, {
    kinds: ['canary'],
    checks,
    serviceDependencies: { [service]: `127.0.0.1:${portOf(remote.server)}` },
    ...options
  })
  app.management.takeOutOfService(secret)
  await app.listen({ host: '127.0.0.1', port: 0 })
  return app
}

/** Sends the same hostile requests to two apps, and throws if two answers differ. */
async function assertSameAnswers (apps: readonly [FastifyInstance, FastifyInstance], test: Test): Promise<void> {
  const [one, other] = apps.map((app) => new Sender(test, app)) as [Sender, Sender]
  await fc.assert(fc.asyncProperty(requests, async (sent) => {
    const [left, right] = (await Promise.all([one.send(sent), other.send(sent)])).map(
      ({ headers: { date, ...headers }, ...answer }) => JSON.stringify({ ...answer, headers })
    )
    if (left !== right) throw new Error(`${left}\n${right}`)
  }), { numRuns: 1_500 })
}

for (const [name, show] of Object.entries<Show>({
  never: 'never',
  'a function returns false': () => false,
  'a function throws': () => { throw new Error('hunter2') }
})) {
  await t.test(`two apps with different checks answer the same when components are hidden (${name})`, async (t) => {
    const options: ManagementOptions = { showComponents: show, showDetails: 'always' }
    const [one, other] = [await appWith(ONE, options, t), await appWith(OTHER, options, t)]
    await assertSameAnswers([one, other], t)
    t.same(one.swagger(), other.swagger(), 'the OpenAPI documents are the same too')
    t.notMatch(JSON.stringify(one.swagger()), /hunter2|"users"|"cache"/)
  })
}

for (const [name, show] of Object.entries<Show>({
  never: 'never',
  'a function returns false': async () => await Promise.resolve(false)
})) {
  await t.test(`two apps with different details answer the same when details are hidden (${name})`, async (t) => {
    const options: ManagementOptions = { showDetails: show }
    const [one, other] = [await appWith(ONE, options, t), await appWith({ ...ONE, secret: OTHER.secret }, options, t)]
    await assertSameAnswers([one, other], t)
    t.same(one.swagger(), other.swagger(), 'the OpenAPI documents are the same too')
  })
}

await t.test('no check runs for a hidden name, so the duration of the answer reveals nothing', async (t) => {
  let runs = 0
  for (const showComponents of ['never', () => false, async () => await Promise.reject(new Error('broken'))] as const) {
    const app = Fastify()
    t.teardown(async () => await app.close())
    await app.register(management, { showComponents, checks: { health: { db: () => { runs += 1 } } } })
    const [hidden, unknown] = [await app.inject('/z/health/db'), await app.inject('/z/health/nobody')]
    t.same([hidden.statusCode, hidden.body], [404, unknown.body])
  }
  t.equal(runs, 0)
})
