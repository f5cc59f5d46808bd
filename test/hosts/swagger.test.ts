import Fastify from 'fastify'
import type { FastifyInstance } from 'fastify'
import t from 'tap'
import management from '../../lib/index.js'
import type { ManagementOptions } from '../../lib/index.js'
import {
  documentOf, faultsOf, operationsOf, registerSwagger, schemasOf, VERSIONS
} from '../support/openapi.js'
import type { Document, Version } from '../support/openapi.js'

interface Setup {
  readonly swagger?: object
  readonly options?: ManagementOptions
  /** Changes the app before the plugin is registered. */
  readonly before?: (app: FastifyInstance) => void | Promise<void>
  /** Changes the app after the plugin is registered. */
  readonly after?: (app: FastifyInstance) => void | Promise<void>
}

async function documentFor (
  test: Pick<typeof t, 'teardown'>, version: Version, { swagger, options = {}, before, after }: Setup = {}
): Promise<Document> {
  const app = Fastify()
  test.teardown(async () => await app.close())
  await registerSwagger(app, version, swagger)
  await before?.(app)
  await app.register(management, options)
  await after?.(app)
  await app.ready()
  return documentOf(app)
}

const PATHS = [
  '/z/', '/z/health', '/z/health/liveness', '/z/health/ping', '/z/health/readiness', '/z/health/startup',
  '/z/health/{name}', '/z/history', '/z/info', '/z/version'
]

const MEDIA_TYPES = [
  'application/json', 'application/vnd.spring-boot.actuator.v3+json', 'application/vnd.spring-boot.actuator.v2+json',
  'application/health+json'
]

const open = async (): Promise<void> => await Promise.resolve()

/** An app with a second instance in a scope of its own. */
const twice: Setup = {
  swagger: { exposeHeadRoutes: true },
  options: { auth: open },
  after: async (app) => {
    await app.register(async (scope) => { await scope.register(management, { prefix: '/b/z', kinds: ['a-b', 'a.b'] }) })
  }
}

for (const version of VERSIONS) {
  await t.test(`the ${version} document is valid and contains every endpoint`, async (t) => {
    const document = await documentFor(t, version, {
      options: { kinds: ['canary', { name: 'ready', format: 'terminus' }] }
    })
    t.same(await faultsOf(document), [])
    t.same(Object.keys(document.paths).sort(), [...PATHS, '/z/health/canary', '/z/health/ready'].sort())
  })

  await t.test(`the ${version} document stays under 20 kB`, async (t) => {
    const size = JSON.stringify(await documentFor(t, version, { options: { auth: open } })).length
    t.ok(size < 20_000, `${size} bytes`)
  })

  await t.test(`the ${version} document of two instances with HEAD is valid, and shares the schemas`, async (t) => {
    const document = await documentFor(t, version, twice)
    t.same(await faultsOf(document), [])
    const ids = operationsOf(document).map(({ operationId }) => operationId)
    t.same(ids.filter((id, at) => id === undefined || ids.indexOf(id) !== at), [], 'each operationId is unique')
    t.same(
      Object.keys(schemasOf(document)).sort(),
      Object.keys(schemasOf(await documentFor(t, version))).sort()
    )
  })

  await t.test(`the ${version} document names the schemas after the package`, async (t) => {
    const names = Object.keys(schemasOf(await documentFor(t, version)))
    t.same(names.filter((name) => !/^Management[A-Z][A-Za-z]+$/.test(name)), [])
    t.ok(names.includes('ManagementHealth'))
  })

  await t.test(`the ${version} document keeps a schema of the app with one of our names`, async (t) => {
    const own = { type: 'object', properties: { own: { type: 'string' } } }
    const document = await documentFor(t, version, {
      swagger: { refResolver: { buildLocalReference: ({ $id }: { $id: string }) => $id } },
      before: (app) => {
        app.addSchema({ $id: 'ManagementHealth', ...own })
        app.get('/own', { schema: { response: { 200: { $ref: 'ManagementHealth#' } } } }, () => ({ own: 'a' }))
      }
    })
    t.same(await faultsOf(document), [])
    t.match(schemasOf(document)['ManagementHealth'], own)
    t.match(schemasOf(document)['ManagementHealth2'], { properties: { status: {} } })
  })

  await t.test(`the ${version} document contains nothing of this package if the app hides its tag`, async (t) => {
    const document = await documentFor(t, version, { swagger: { hiddenTag: 'management' } })
    t.same(document.paths, {})
    t.same(schemasOf(document), {})
  })

  await t.test(`the ${version} document omits disabled endpoints`, async (t) => {
    const { paths } = await documentFor(t, version, { options: { endpoints: { health: false } } })
    t.same(Object.keys(paths).filter((path) => path === '/z/health' || path.includes('{')), [])
  })

  await t.test(`the ${version} document contains 401 and 403 with auth, and changed status codes`, async (t) => {
    const { paths } = await documentFor(t, version, {
      options: { auth: open, statusCodes: { DOWN: 500, OUT_OF_SERVICE: 503, DEGRADED: 218 } }
    })
    const codesOf = (path: string): readonly string[] => Object.keys(paths[path]?.['get']?.responses ?? {})
    t.same(codesOf('/z/info'), ['200', '401', '403'])
    t.same(codesOf('/z/health'), ['200', '218', '401', '403', '500', '503'])
    t.same(codesOf('/z/health/{name}'), ['200', '218', '401', '403', '404', '500', '503'])
    t.same(codesOf('/z/health/liveness'), ['200', '218', '500', '503'])
  })

  await t.test(`the ${version} document has no 401 for /health if everyone may request it`, async (t) => {
    const { paths } = await documentFor(t, version, { options: { auth: open, showDetails: 'authorized' } })
    t.same(Object.keys(paths['/z/health']?.['get']?.responses ?? {}), ['200', '503'])
    t.same(Object.keys(paths['/z/info']?.['get']?.responses ?? {}), ['200', '401', '403'])
  })

  await t.test(`every operation of the ${version} document has a description, status codes and types`, async (t) => {
    const { paths } = await documentFor(t, version)
    for (const [path, item] of Object.entries(paths)) {
      t.match(item['get'], { summary: /./, description: /./, tags: ['management'] }, path)
      const descriptions = Object.values(item['get']?.responses ?? {}).map(({ description }) => description)
      t.notOk(descriptions.includes('Default Response'), path)
    }
    const codes = Object.fromEntries(PATHS.map((path) => [path, Object.keys(paths[path]?.['get']?.responses ?? {})]))
    t.same(codes, {
      ...Object.fromEntries(PATHS.map((path) => [path, path.includes('health') ? ['200', '503'] : ['200']])),
      '/z/health/{name}': ['200', '404', '503'],
      '/z/history': ['200', '404']
    })
    const { produces, responses } = paths['/z/health']?.['get'] ?? { responses: {} }
    t.same(produces ?? Object.keys(responses['200']?.content ?? {}), MEDIA_TYPES)
    const parametersOf = (path: string): readonly string[] =>
      (paths[path]?.['get']?.parameters ?? []).map(({ name, in: where }) => `${where} ${name}`)
    t.same(parametersOf('/z/health/{name}'), ['path name'])
    t.same(parametersOf('/z/health'), ['query verbose', 'query exclude'])
  })
}

await t.test('the operations have readable ids', async (t) => {
  const document = await documentFor(t, '3.1.0', { options: { kinds: ['canary'] } })
  t.same(Object.fromEntries(Object.entries(document.paths).map(([path, item]) => [path, item['get']?.operationId])), {
    '/z/': 'managementLinks',
    '/z/health': 'managementHealth',
    '/z/health/liveness': 'managementHealthLiveness',
    '/z/health/ping': 'managementHealthPing',
    '/z/health/readiness': 'managementHealthReadiness',
    '/z/health/startup': 'managementHealthStartup',
    '/z/health/canary': 'managementHealthCanary',
    '/z/health/{name}': 'managementComponent',
    '/z/history': 'managementHistory',
    '/z/info': 'managementInfo',
    '/z/version': 'managementVersion'
  })
})

await t.test('a second instance has its prefix in its ids, and HEAD ends with -head', async (t) => {
  const { paths } = await documentFor(t, '3.1.0', twice)
  t.equal(paths['/z/info']?.['head']?.operationId, 'managementInfo-head')
  t.equal(paths['/b/z/info']?.['get']?.operationId, 'managementInfoBZ')
  t.equal(paths['/b/z/info']?.['head']?.operationId, 'managementInfoBZ-head')
})

await t.test('an operationId from a hook of the app is kept', async (t) => {
  const { paths } = await documentFor(t, '3.1.0', {
    before: (app) => {
      app.addHook('onRoute', ({ schema, method, url }) => {
        // Fastify gives the HEAD route the same schema.
        if (method === 'GET') Object.assign(schema ?? {}, { operationId: `read ${url}` })
      })
    }
  })
  t.equal(paths['/z/info']?.['get']?.operationId, 'read /z/info')
})

await t.test('answers and parameters from a hook of the app are kept', async (t) => {
  for (const version of VERSIONS) {
    const { paths } = await documentFor(t, version, {
      before: (app) => {
        app.addHook('onRoute', ({ schema }) => {
          const { properties } = (schema?.querystring ?? { properties: {} }) as { properties: Record<string, object> }
          properties['tenant'] = { type: 'string' }
          Object.assign(schema?.response ?? {}, { 418: { description: 'a teapot' } })
        })
      }
    })
    t.match(paths['/z/health']?.['get']?.responses['418'], { description: 'a teapot' }, version)
    t.ok(paths['/z/health']?.['get']?.parameters?.some(({ name }) => name === 'tenant'), version)
  }
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
  t.notMatch(JSON.stringify(await documentFor(t, '3.1.0')), /tenant|teapot/)
})

await t.test('the Swagger 2.0 document repeats the parameter exclude', async (t) => {
  const { paths } = await documentFor(t, '2.0')
  const exclude = paths['/z/health']?.['get']?.parameters?.find(({ name }) => name === 'exclude')
  t.equal(exclude?.collectionFormat, 'multi')
})
