import { Registry } from 'prom-client'
import t from 'tap'
import { startApp } from '../support/app.js'
import type { TestApp } from '../support/app.js'
import { differences, documentOf, registerSwagger, VERSIONS } from '../support/openapi.js'
import type { DocumentedAnswer, Version } from '../support/openapi.js'

const ACCEPTS = [
  'application/json',
  'application/vnd.spring-boot.actuator.v3+json',
  'application/vnd.spring-boot.actuator.v2+json',
  'application/health+json'
]

/** Paths of requests, and their paths in the document. */
const REQUESTS: readonly [string, string][] = [
  ['/z', '/z/'],
  ['/z/health', '/z/health'],
  ['/z/health?exclude=db&exclude=broken', '/z/health'],
  ['/z/health/liveness?verbose', '/z/health/liveness'],
  ['/z/health/ping', '/z/health/ping'],
  ['/z/health/readiness?verbose', '/z/health/readiness'],
  ['/z/health/startup?verbose', '/z/health/startup'],
  ['/z/health/canary', '/z/health/canary'],
  ['/z/health/ready', '/z/health/ready'],
  ['/z/health/ready?verbose', '/z/health/ready'],
  ['/z/health/lifecycle', '/z/health/{name}'],
  ['/z/health/db', '/z/health/{name}'],
  ['/z/health/broken', '/z/health/{name}'],
  ['/z/health/away', '/z/health/{name}'],
  ['/z/health/nobody', '/z/health/{name}'],
  ['/z/info', '/z/info'],
  ['/z/version', '/z/version'],
  ['/z/metrics', '/z/metrics']
]

const BROKEN = {
  status: 'DOWN' as const,
  details: { error: { code: 1 }, n: 1n },
  components: {
    error: { status: 'UP' as const, components: { b: { status: 'UNKNOWN' as const, details: { error: 2 } } } }
  }
}

/** Starts an app whose answers contain all that a schema describes: details, parts of parts, refusals. */
async function start (
  test: Pick<typeof t, 'teardown'>, version: Version, statusCodes: Readonly<Record<string, number>> = {}
): Promise<TestApp> {
  return await startApp(test, {
    showDetails: 'always',
    metrics: new Registry(),
    kinds: ['canary', { name: 'ready', format: 'terminus' }],
    statusCodes,
    auth: async ({ headers }, reply) => {
      if (headers['x-broken'] !== undefined) throw new Error('broken')
      if (headers['x-refused'] !== undefined) await reply.code(401).send('no')
    },
    checks: {
      readiness: { db: () => true, broken: () => BROKEN },
      startup: { limp: () => ({ status: 'DEGRADED' }) },
      ready: { ill: () => BROKEN, well: () => ({ status: 'UP', details: { n: 1 } }) },
      canary: { parts: () => ({ status: 'UP', components: { error: { status: 'UP' } } }) }
    },
    serviceDependencies: { away: '127.0.0.1:9' }
  }, { before: async (app) => await registerSwagger(app, version) })
}

async function answerTo (
  { get }: TestApp, path: string, documentPath: string, headers: Record<string, string>
): Promise<DocumentedAnswer> {
  const { status, headers: answered, text, body } = await get(path, headers)
  const type = answered['content-type']?.split(';')[0] ?? ''
  return { path: documentPath, status, type, value: type === 'text/plain' ? text : body }
}

for (const version of VERSIONS) {
  for (const statusCodes of [{}, { DOWN: 404, OUT_OF_SERVICE: 403, DEGRADED: 401, UP: 201 }]) {
    const codes = JSON.stringify(statusCodes)
    await t.test(`every answer matches the ${version} document with the status codes ${codes}`, async (t) => {
      const started = await start(t, version, statusCodes)
      const differencesOf = differences(documentOf(started.app))
      const found: unknown[] = []
      const seen = new Set<number>()
      for (const [path, documentPath] of REQUESTS) {
        for (const accept of ACCEPTS) {
          for (const more of [{}, { 'management-hop': '1' }, { 'x-broken': '1' }, { 'x-refused': '1' }]) {
            const headers = { accept, ...more }
            const answer = await answerTo(started, path, documentPath, headers)
            seen.add(answer.status)
            const different = differencesOf(answer)
            if (different.length > 0) found.push({ request: path, headers, answer, different })
          }
        }
      }
      t.same(found, [])
      t.ok([401, 403, 404].every((code) => seen.has(code)), `codes: ${[...seen].join(', ')}`)
    })
  }
}
