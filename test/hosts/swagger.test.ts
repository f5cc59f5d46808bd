import swagger from '@fastify/swagger'
import { Validator } from '@seriousme/openapi-schema-validator'
import Fastify from 'fastify'
import t from 'tap'
import management from '../../lib/index.js'
import type { ManagementOptions } from '../../lib/index.js'

interface Operation {
  readonly summary?: string
  readonly description?: string
  readonly tags?: readonly string[]
  readonly parameters?: readonly { readonly name: string, readonly in: string }[]
  readonly responses: Readonly<
    Record<string, { readonly description: string, readonly content: Readonly<Record<string, object>> }>
  >
}

interface Document {
  readonly openapi: string
  readonly paths: Readonly<Record<string, { readonly get: Operation }>>
}

async function documentOf (
  openapi: string,
  options: ManagementOptions,
  test: Pick<typeof t, 'teardown'>
): Promise<Document> {
  const app = Fastify()
  test.teardown(async () => await app.close())
  await app.register(swagger, { openapi: { openapi, info: { title: 'shop', version: '1' } } })
  await app.register(management, options)
  await app.ready()
  return app.swagger() as unknown as Document
}

const PATHS = [
  '/z/', '/z/health', '/z/health/liveness', '/z/health/ping', '/z/health/readiness', '/z/health/startup',
  '/z/health/{name}', '/z/info', '/z/version'
]

for (const version of ['3.0.3', '3.1.0']) {
  await t.test(`the OpenAPI ${version} document is valid and contains every endpoint`, async (t) => {
    const document = await documentOf(version, { kinds: ['canary'] }, t)
    const { valid, errors } = await new Validator().validate(
      structuredClone(document) as unknown as Record<string, unknown>
    )
    t.ok(valid, JSON.stringify(errors))
    t.same(Object.keys(document.paths).filter((path) => path !== '/z').sort(), [...PATHS, '/z/health/canary'].sort())
  })
}

await t.test('every operation has a description, status codes and media types', async (t) => {
  const { paths } = await documentOf('3.0.3', {}, t)
  for (const [path, { get }] of Object.entries(paths)) {
    t.ok(get.summary, path)
    t.ok(get.description, path)
    t.same(get.tags, ['management'], path)
    for (const { description, content } of Object.values(get.responses)) {
      t.not(description, 'Default Response', path)
      t.ok(Object.keys(content).length > 0, path)
    }
  }
  const codes = Object.fromEntries(PATHS.map((path) => [path, Object.keys(paths[path]?.get.responses ?? {})]))
  t.same(codes, {
    ...Object.fromEntries(PATHS.map((path) => [path, path.includes('health') ? ['200', '503'] : ['200']])),
    '/z/health/{name}': ['200', '404', '503']
  })
  t.same(Object.keys(paths['/z/health']?.get.responses['200']?.content ?? {}), [
    'application/json', 'application/vnd.spring-boot.actuator.v3+json', 'application/vnd.spring-boot.actuator.v2+json'
  ])
  t.same(paths['/z/health/{name}']?.get.parameters?.map(({ name, in: where }) => `${where} ${name}`), ['path name'])
  t.same(
    paths['/z/health']?.get.parameters?.map(({ name, in: where }) => `${where} ${name}`),
    ['query verbose', 'query exclude']
  )
})

await t.test('the document omits disabled endpoints', async (t) => {
  const { paths } = await documentOf('3.0.3', { endpoints: { health: false } }, t)
  t.same(Object.keys(paths).filter((path) => path === '/z/health' || path.includes('{')), [])
})

await t.test('the document contains 403 with auth, and changed status codes', async (t) => {
  const { paths } = await documentOf(
    '3.0.3',
    { auth: async () => await Promise.resolve(), statusCodes: { DOWN: 500, OUT_OF_SERVICE: 503, DEGRADED: 218 } },
    t
  )
  t.same(Object.keys(paths['/z/info']?.get.responses ?? {}), ['200', '403'])
  t.same(Object.keys(paths['/z/health']?.get.responses ?? {}), ['200', '218', '403', '500', '503'])
  t.same(Object.keys(paths['/z/health/liveness']?.get.responses ?? {}), ['200', '218', '500', '503'])
})

await t.test('a hook that changes a schema does not change the document of another app', async (t) => {
  const app = Fastify()
  t.teardown(async () => await app.close())
  app.addHook('onRoute', ({ schema }) => {
    const { properties } = (schema?.querystring ?? { properties: {} }) as { properties: Record<string, object> }
    properties['tenant'] = { type: 'string' }
    Object.assign(schema?.response ?? {}, { 418: { description: 'a teapot' } })
  })
  await app.register(management)
  t.notMatch(JSON.stringify(await documentOf('3.1.0', {}, t)), /tenant|teapot/)
})
