// The life of an app in Spring Boot Admin, with a double of the server. `npm run test:long` uses the real server too.
import { setTimeout as sleep } from 'node:timers/promises'
import Fastify from 'fastify'
import type { FastifyInstance } from 'fastify'
import t from 'tap'
import type { Test } from 'tap'
import management from '../../../lib/index.js'
import type { CheckResult } from '../../../lib/index.js'
import springBootAdmin from '../../../lib/spring-boot-admin/index.js'
import { isLong } from '../../support/long.js'
import { AUTHORIZATION, LOGIN } from '../../support/spring-boot-admin/admin.js'
import type { AdminInstance, AdminServerUnderTest } from '../../support/spring-boot-admin/admin.js'
import { AdminDouble } from '../../support/spring-boot-admin/double.js'
import { missingRealAdmin, startRealAdmin } from '../../support/spring-boot-admin/real.js'

const SERVERS = [
  { name: 'the double', start: AdminDouble.start, skip: false },
  ...(isLong ? [{ name: 'the real server', start: startRealAdmin, skip: missingRealAdmin() }] : [])
]
const LIMIT_MS = 60_000
/** Of the login that the server uses for the endpoints of the app. */
const APP_LOGIN = { 'user.name': 'viewer', 'user.password': 'swordfish' }
const APP_AUTHORIZATION = `Basic ${Buffer.from('viewer:swordfish').toString('base64')}`

for (const { name, start, skip } of SERVERS) {
  await t.test(`${name} follows an app through its life`, { skip }, async (t) => {
    const server = await start(t)
    let result: CheckResult = { status: 'UP', details: { rows: 3 }, components: { replica: { status: 'UP' } } }
    const app = await startApp(t, server, () => result)
    const up = await until(server, ([instance]) =>
      instance?.statusInfo.status === 'UP' && instance.endpoints.length > 1)
    t.match(up, [{
      registration: { name: 'shop', metadata: { 'tags.environment': 'test', startup: /^\d{4}-.*Z$/, version: '1.2.3' } },
      // Spring Boot Admin shows details and no components, so details contain both.
      statusInfo: { details: { db: { status: 'UP', details: { rows: 3, replica: { status: 'UP' } } } } }
    }])
    const { managementUrl = '', healthUrl, serviceUrl } = up[0]?.registration ?? {}
    t.equal(healthUrl, `${managementUrl}/health`)
    t.equal(`${String(serviceUrl)}z`, managementUrl)
    t.same(up[0]?.endpoints.map(({ id }) => id).sort(), ['health', 'history', 'info', 'ui', 'version'])

    result = { status: 'DOWN', details: { error: 'no connection' } }
    const down = await until(server, ([instance]) => instance?.statusInfo.status === 'DOWN')
    t.match(down[0]?.statusInfo.details, { db: { status: 'DOWN', details: { error: 'no connection' } } })

    result = { status: 'UP' }
    await until(server, ([instance]) => instance?.statusInfo.status === 'UP')
    t.equal((await server.instances()).length, 1, 'many registrations are one instance')

    await server.stop()
    await server.restart()
    await until(server, ([instance]) => instance?.id === up[0]?.id && instance?.statusInfo.status === 'UP')

    await app.close()
    t.same(await server.instances(), [], 'the app has deregistered')
  })

  await t.test(`${name} answers as the client expects`, { skip }, async (t) => {
    const { url } = await start(t)
    const registration = { name: 'shop', healthUrl: 'http://127.0.0.1:9/z/health', metadata: {} }
    const post = async (body: unknown, headers = { authorization: AUTHORIZATION }): Promise<Response> =>
      await fetch(`${url}/instances`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: typeof body === 'string' ? body : JSON.stringify(body)
      })
    const remove = async (id: string): Promise<number> =>
      (await fetch(`${url}/instances/${id}`, { method: 'DELETE', headers: { authorization: AUTHORIZATION } })).status

    const first = await post(registration)
    t.equal(first.status, 201)
    t.same(await first.json(), { id: '1c5885f60d5f' })
    t.equal(first.headers.get('location'), `${url}/instances/1c5885f60d5f`)
    t.same(await (await post(registration)).json(), { id: '1c5885f60d5f' }, 'the id depends on the health URL')
    t.same([await remove('1c5885f60d5f'), await remove('unknown')], [204, 404])

    const refused = ['{', {}, { ...registration, healthUrl: 'nowhere' }].map(async (body) => (await post(body)).status)
    t.same(await Promise.all(refused), [400, 500, 500])
    t.equal((await post(registration, { authorization: 'Basic eDp5' })).status, 401)
  })
}

/** Starts an app that only the login of the server may read, and that registers four times a second. */
async function startApp (
  t: Test, { url }: AdminServerUnderTest, db: () => CheckResult
): Promise<FastifyInstance> {
  const app = Fastify()
  t.teardown(async () => await app.close())
  await app.register(management, {
    name: 'shop',
    version: '1.2.3',
    checks: { readiness: { db } },
    showDetails: 'always',
    auth: async (request, reply) => {
      if (request.headers.authorization !== APP_AUTHORIZATION) await reply.code(401).send()
    }
  })
  await app.register(springBootAdmin, {
    url, ...LOGIN, interval: 250, metadata: { 'tags.environment': 'test', ...APP_LOGIN }
  })
  await app.listen({ host: '127.0.0.1', port: 0 })
  return app
}

/** Reads the apps in a server until they satisfy a condition. */
async function until (
  server: AdminServerUnderTest, isExpected: (instances: readonly AdminInstance[]) => boolean
): Promise<readonly AdminInstance[]> {
  const deadline = performance.now() + LIMIT_MS
  for (let seen = await server.instances(); ; seen = await server.instances()) {
    if (isExpected(seen)) return seen
    if (performance.now() > deadline) throw new Error(`the server shows ${JSON.stringify(seen)}`)
    await sleep(50)
  }
}
