import { Value } from 'typebox/value'
import t from 'tap'
import type { FastifySchema, RouteOptions } from 'fastify'
import type { ResponseSchema } from '../../lib/routes/schemas.js'
import { startApp } from '../support/app.js'
import type { Answer } from '../support/app.js'

const ACCEPTS = ['application/json', 'application/vnd.spring-boot.actuator.v3+json', 'application/vnd.spring-boot.actuator.v2+json']

/** Starts an app, and keeps the response schemas of its routes as they were registered. */
async function start (test: Pick<typeof t, 'teardown'>): Promise<{ get: (path: string, headers: Record<string, string>) => Promise<Answer>, responses: Map<string, Record<string, ResponseSchema>> }> {
  const responses = new Map<string, Record<string, ResponseSchema>>()
  const keep = ({ method, url, schema }: RouteOptions & { schema?: FastifySchema }): void => {
    if (method === 'GET') responses.set(url, schema?.response as Record<string, ResponseSchema>)
  }
  const broken = { status: 'DOWN' as const, details: { error: 'no', n: 1n }, components: { a: { status: 'UP' as const, components: { b: { status: 'UNKNOWN' as const, details: {} } } } } }
  const { get } = await startApp(test, {
    showDetails: 'always',
    auth: async (request) => { if (request.headers['x-broken'] !== undefined) await Promise.reject(new Error('broken')) },
    checks: { readiness: { db: () => true, broken: () => broken }, startup: { limp: () => ({ status: 'DEGRADED' }) } },
    serviceDependencies: { away: '127.0.0.1:9' }
  }, { before: (app) => { app.addHook('onRoute', keep) } })
  return { get, responses }
}

await t.test('every answer is of the form that its schema says', async (t) => {
  const { get, responses } = await start(t)
  const requests: readonly [string, string][] = [
    ['/z', '/z'],
    ['/z/health', '/z/health'],
    ['/z/health/liveness?verbose', '/z/health/liveness'],
    ['/z/health/ping', '/z/health/ping'],
    ['/z/health/readiness?verbose', '/z/health/readiness'],
    ['/z/health/startup?verbose', '/z/health/startup'],
    ['/z/health/db', '/z/health/*'],
    ['/z/health/broken', '/z/health/*'],
    ['/z/health/away', '/z/health/*'],
    ['/z/health/nobody', '/z/health/*'],
    ['/z/info', '/z/info'],
    ['/z/version', '/z/version']
  ]
  const wrong: unknown[] = []
  for (const [path, route] of requests) {
    for (const accept of ACCEPTS) {
      for (const headers of [{ accept }, { accept, 'management-hop': '1' }, { accept, 'x-broken': '1' }]) {
        const answer = await get(path, headers)
        const type = answer.headers['content-type']?.split(';')[0] ?? ''
        const schema = responses.get(route)?.[answer.status]?.content[type]?.schema
        const errors = schema === undefined ? ['no schema'] : [...Value.Errors(schema, type === 'text/plain' ? answer.text : answer.body)]
        if (errors.length > 0) wrong.push({ path, headers, status: answer.status, type, errors })
      }
    }
  }
  t.same(wrong, [])
})
