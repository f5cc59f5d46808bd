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

/** What may not be seen of an app. */
interface Hidden {
  /** Names of checks by status. */
  readonly names: Readonly<Record<'UP' | 'DEGRADED' | 'DOWN', string>>
  readonly service: string
  /** What stands in errors, details and the parts of components. */
  readonly secret: string
}

const ONE: Hidden = { names: { UP: 'db', DEGRADED: 'cache', DOWN: 'mail' }, service: 'users', secret: 'hunter2 of the first' }
const OTHER: Hidden = { names: { UP: 'mail', DEGRADED: 'broken', DOWN: 'db' }, service: 'widgets', secret: 'something else, and longer than that of the first' }

/** An app with the endpoints, an OpenAPI document, and a service that it depends on, whose own components and details are shown to it. */
async function appWith ({ names, service, secret }: Hidden, options: ManagementOptions, test: Test): Promise<FastifyInstance> {
  const parts: Record<string, Component> = { primary: { status: 'UP', details: { secret } } }
  const check = (status: Status) => () => ({ status, details: { error: secret, secret: [secret] }, components: parts })
  const checks = {
    readiness: { [names.UP]: () => true, [names.DEGRADED]: check('DEGRADED') },
    health: { [names.DOWN]: { check: () => { throw new Error(secret) }, ttl: secret.length } }
  }
  const remote = Fastify({ forceCloseConnections: true })
  await remote.register(management, { checks: { health: { shelf: check('UP') } }, showDetails: 'always' })
  await remote.listen({ host: '127.0.0.1', port: 0 })
  const app = Fastify({ forceCloseConnections: true })
  test.teardown(async () => { await app.close(); await remote.close() })
  await app.register(swagger, { openapi: { openapi: '3.1.0', info: { title: 'shop', version: '1' } } })
  await app.register(management, { kinds: ['canary'], checks, serviceDependencies: { [service]: `127.0.0.1:${portOf(remote.server)}` }, ...options })
  app.management.takeOutOfService(secret)
  await app.listen({ host: '127.0.0.1', port: 0 })
  return app
}

/** Asks two apps the same; whatever is asked, nobody must be able to tell them apart. */
async function tellsApart (apps: readonly [FastifyInstance, FastifyInstance], test: Test): Promise<void> {
  const [one, other] = apps.map((app) => new Sender(test, app)) as [Sender, Sender]
  await fc.assert(fc.asyncProperty(requests, async (sent) => {
    const [left, right] = (await Promise.all([one.send(sent), other.send(sent)])).map(({ headers: { date, ...headers }, ...answer }) => JSON.stringify({ ...answer, headers }))
    if (left !== right) throw new Error(`${left}\n${right}`)
  }), { numRuns: 1_500 })
}

for (const [name, show] of Object.entries<Show>({ never: 'never', 'a function says no': () => false, 'a function breaks': () => { throw new Error('hunter2') } })) {
  await t.test(`where components are hidden (${name}), two apps that differ in checks, services and details cannot be told apart`, async (t) => {
    const options: ManagementOptions = { showComponents: show, showDetails: 'always' }
    const [one, other] = [await appWith(ONE, options, t), await appWith(OTHER, options, t)]
    await tellsApart([one, other], t)
    t.same(one.swagger(), other.swagger(), 'nor by their documents')
    t.notMatch(JSON.stringify(one.swagger()), /hunter2|"users"|"cache"/)
  })
}

for (const [name, show] of Object.entries<Show>({ never: 'never', 'a function says no': async () => await Promise.resolve(false) })) {
  await t.test(`where details are hidden (${name}), two apps that differ in details and reasons cannot be told apart`, async (t) => {
    const options: ManagementOptions = { showDetails: show }
    const [one, other] = [await appWith(ONE, options, t), await appWith({ ...ONE, secret: OTHER.secret }, options, t)]
    await tellsApart([one, other], t)
    t.same(one.swagger(), other.swagger(), 'nor by their documents')
  })
}

await t.test('nothing is run for a name that may not be seen, so that it takes no longer than one that nobody has', async (t) => {
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
