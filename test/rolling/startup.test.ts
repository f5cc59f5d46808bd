import Fastify from 'fastify'
import type { FastifyInstance } from 'fastify'
import t from 'tap'
import management from '../../lib/index.js'
import { portOf } from '../support/app.js'
import { becomes, haproxy } from '../support/servers/haproxy.js'
import { missing, startServer } from '../support/servers/index.js'
import type { Address } from '../support/servers/place.js'

const REQUESTS = 20
const SKIP = missing('haproxy')

type Test = Pick<typeof t, 'teardown'>

async function start (test: Test, name: string): Promise<FastifyInstance> {
  const app = Fastify()
  test.teardown(async () => await app.close())
  await app.register(management)
  app.get('/', () => name)
  await app.listen({ host: '127.0.0.1', port: 0 })
  return app
}

/** Sends requests to the proxy. Returns the names of the apps that answered. */
async function answering ({ host, port }: Address): Promise<string[]> {
  const names = new Set<string>()
  for (let request = 0; request < REQUESTS; request++) {
    const answer = await fetch(`http://${host}:${port}/`)
    names.add(await answer.text())
  }
  return [...names].sort()
}

await t.test('an app receives no request until its startup checks have passed', { skip: SKIP }, async (t) => {
  let isUp = false
  const warm = await start(t, 'warm')
  const cold = await start(t, 'cold')
  cold.management.addCheck('startup', 'migration', () => isUp)
  cold.management.addCheck(['startup', 'readiness'], 'db', () => isUp, { failureStatus: { readiness: 'DEGRADED' } })
  const proxy = await startServer(t, haproxy({ warm: portOf(warm.server), cold: portOf(cold.server) }))
  await becomes(proxy, 'cold', 'DOWN')
  t.same(await answering(proxy), ['warm'])
  isUp = true
  await becomes(proxy, 'cold', 'UP')
  t.same(await answering(proxy), ['cold', 'warm'], 'readiness probes alone have completed startup')
  isUp = false
  t.match(await cold.management.health('readiness'), { status: 'DEGRADED' })
  t.same(await answering(proxy), ['cold', 'warm'], 'a failure after startup keeps the app in service')
})
