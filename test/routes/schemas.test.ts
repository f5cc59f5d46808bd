import { Value } from 'typebox/value'
import t from 'tap'
import type { FastifySchema, RouteOptions } from 'fastify'
import type { ResponseSchema } from '../../lib/routes/responses.js'
import { startApp } from '../support/app.js'
import type { Answer } from '../support/app.js'

const ACCEPTS = [
  'application/json',
  'application/vnd.spring-boot.actuator.v3+json',
  'application/vnd.spring-boot.actuator.v2+json'
]

interface RecordedApp {
  readonly get: (path: string, headers: Record<string, string>) => Promise<Answer>
  /** The response schemas of each route, by status code. */
  readonly responses: Map<string, Record<string, ResponseSchema>>
}

/** Starts an app, and records the response schemas of its routes. */
async function start (test: Pick<typeof t, 'teardown'>): Promise<RecordedApp> {
  const responses = new Map<string, Record<string, ResponseSchema>>()
  const keep = ({ method, url, schema }: RouteOptions & { schema?: FastifySchema }): void => {
    if (method === 'GET') responses.set(url, schema?.response as Record<string, ResponseSchema>)
  }
  const broken = {
    status: 'DOWN' as const,
    details: { error: 'no', n: 1n },
    components: { a: { status: 'UP' as const, components: { b: { status: 'UNKNOWN' as const, details: {} } } } }
  }
  const { get } = await startApp(
    test,
    {
      showDetails: 'always',
      auth: async (request) => {
        if (request.headers['x-broken'] !== undefined) await Promise.reject(new Error('broken'))
      },
      checks: {
        readiness: { db: () => true, broken: () => broken },
        startup: { limp: () => ({ status: 'DEGRADED' }) }
      },
      serviceDependencies: { away: '127.0.0.1:9' }
    },
    {
      before: (app) => { app.addHook('onRoute', keep) }
    }
  )
  return { get, responses }
}

await t.test('every answer matches its response schema', async (t) => {
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
  const mismatches: unknown[] = []
  for (const [path, route] of requests) {
    for (const accept of ACCEPTS) {
      for (const headers of [{ accept }, { accept, 'management-hop': '1' }, { accept, 'x-broken': '1' }]) {
        const answer = await get(path, headers)
        const type = answer.headers['content-type']?.split(';')[0] ?? ''
        const schema = responses.get(route)?.[answer.status]?.content[type]?.schema
        const value = type === 'text/plain' ? answer.text : answer.body
        const errors = schema === undefined ? ['no schema'] : [...Value.Errors(schema, value)]
        if (errors.length > 0) mismatches.push({ path, headers, status: answer.status, type, errors })
      }
    }
  }
  t.same(mismatches, [])
})
