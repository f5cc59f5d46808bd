import rateLimit from '@fastify/rate-limit'
import underPressure from '@fastify/under-pressure'
import Fastify from 'fastify'
import type { FastifyInstance, FastifyServerOptions } from 'fastify'
import t from 'tap'
import management from '../../lib/index.js'
import type { AuthHook, ManagementOptions } from '../../lib/index.js'
import { portOf, startApp } from '../support/app.js'
import { documentOf, faultsOf, operationsOf, registerSwagger, VERSIONS } from '../support/openapi.js'
import { createServers, startServers } from './fixtures/two-servers.js'

const UP = '{"status":"UP"}'
const DOWN = '{"status":"DOWN"}'
const additionalPaths = {
  liveness: '/livez', readiness: ['/readyz', '/ok'], startup: '/startupz', health: '/healthz', canary: '/canaryz'
} as const
const options: ManagementOptions = {
  kinds: ['canary'],
  additionalPaths,
  showDetails: 'always',
  checks: { readiness: { db: () => { throw new Error('away') } }, canary: { bird: () => false } }
}
const EXPECTED = {
  '/livez': UP, '/readyz': DOWN, '/ok': DOWN, '/startupz': UP, '/healthz': DOWN, '/canaryz': DOWN
}

/** Registers the plugin in an app that is not started. Returns the error. */
async function errorOf (
  options: ManagementOptions,
  before: (app: FastifyInstance) => void = () => undefined,
  fastify: FastifyServerOptions = {}
): Promise<Error & { readonly code?: string }> {
  const app = Fastify(fastify)
  before(app)
  try {
    await app.register(management, options)
  } catch (error) {
    return error as Error
  } finally {
    await app.close()
  }
  return new Error('no error')
}

await t.test('additional paths answer only the status on the port of the app, and ignore queries', async (t) => {
  const apps = [await startApp(t, options), await startServers(t, { listen: { port: 0 }, ...options })]
  for (const { get } of apps) {
    for (const [path, text] of Object.entries(EXPECTED)) {
      for (const query of ['', '?verbose', '?exclude=db&exclude=bird']) {
        t.match(await get(path + query), {
          status: text === UP ? 200 : 503,
          text,
          headers: { 'cache-control': 'no-store', 'content-type': 'application/json; charset=utf-8' }
        }, path + query)
      }
    }
  }
})

await t.test('additional paths answer HEAD, and the media types of Actuator', async (t) => {
  const { get } = await startApp(t, options)
  t.match(await get('/livez', {}, 'HEAD'), { status: 200, text: '', headers: { 'content-length': '15' } })
  const type = 'application/vnd.spring-boot.actuator.v3+json'
  t.match(await get('/healthz', { accept: type }), { text: DOWN, headers: { 'content-type': type } })
})

await t.test('additional paths stand under the prefix of the scope, with and without listen', async (t) => {
  const additionalPaths = { liveness: '/livez', readiness: '/' }
  for (const listen of [undefined, { port: 0 }]) {
    const { get } = await startApp(t, {}, {
      before: async (app) => {
        await app.register(async (scope) => {
          await scope.register(management, { listen, prefix: '/manage', additionalPaths })
        }, { prefix: '/v1' })
      }
    })
    t.match(await get('/v1/livez'), { status: 200, text: UP })
    t.match(await get('/v1'), { status: 200, text: UP })
    t.match(await get('/v1/'), { status: 200, text: UP })
    t.match(await get('/livez'), { status: 404 })
  }
})

await t.test('additional paths are marked, not logged, and a refused probe is warned about', async (t) => {
  const classes = new Map<string, unknown>()
  let isRefused = false
  const { get, lines } = await startApp(t, options, {
    before: (app) => {
      app.addHook('onRequest', async (request, reply) => {
        classes.set(request.url, request.routeOptions.config.management)
        request.log.info('seen')
        if (isRefused) await reply.code(401).send()
      })
    }
  })
  for (const path of Object.keys(EXPECTED)) await get(path)
  const probes = Object.keys(EXPECTED).map((path) => [path, 'probe'])
  t.same(Object.fromEntries(classes), { ...Object.fromEntries(probes), '/healthz': 'report' })
  isRefused = true
  for (const path of ['/livez', '/livez?a', '/healthz']) t.match(await get(path), { status: 401 })
  t.match(lines.filter(({ check }) => check === undefined), [
    { message: /^Server listening/ },
    { level: 'warn', path: '/livez', message: /^the app answered the liveness probe \/livez with 401/ }
  ])
})

await t.test('auth and rate limits apply to the path of health only', async (t) => {
  const auth: AuthHook = async ({ headers }) => await Promise.resolve(headers['x-key'] === 'k')
  const { get } = await startApp(t, { ...options, auth }, {
    before: async (app) => { await app.register(rateLimit, { max: 2 }) }
  })
  const key = { 'x-key': 'k' }
  t.match(await get('/healthz'), { status: 403 })
  for (let request = 0; request < 2; request++) t.match(await get('/healthz', key), { status: 503, text: DOWN })
  t.match(await get('/healthz', key), { status: 429 })
  for (let request = 0; request < 5; request++) t.match(await get('/livez'), { status: 200 })
})

await t.test('load shedding applies to the path of health only', async (t) => {
  const { get } = await startApp(t, options, {
    before: async (app) => {
      const healthCheck = async (): Promise<boolean> => await Promise.resolve(false)
      await app.register(underPressure, { healthCheck, healthCheckInterval: 60_000 })
    }
  })
  for (let request = 0; request < 1_000; request++) if ((await get('/none')).status === 503) break
  t.match(await get('/healthz'), { status: 503, body: { code: 'FST_UNDER_PRESSURE' } })
  t.match(await get('/livez'), { status: 200, text: UP })
})

await t.test('a document lists additional paths with an operation of their own, and is valid', async (t) => {
  for (const version of VERSIONS) {
    const app = Fastify()
    t.teardown(async () => await app.close())
    await registerSwagger(app, version)
    await app.register(management, { ...options, additionalPaths: { ...additionalPaths, liveness: ['/livez', '/'] } })
    await app.ready()
    const document = documentOf(app)
    t.same(await faultsOf(document), [])
    const ids = operationsOf(document).map(({ operationId }) => operationId)
    t.equal(new Set(ids).size, ids.length)
    for (const id of ['Livez', 'Root', 'Readyz', 'Healthz', 'Canaryz']) t.ok(ids.includes(`management${id}`), id)
  }
})

await t.test('a document of the app lists additional paths with listen', async (t) => {
  const { app } = await createServers(t)
  await app.close()
  const own = Fastify()
  t.teardown(async () => await own.close())
  await registerSwagger(own, '3.1.0')
  await own.register(management, { listen: { port: 0 }, additionalPaths: { liveness: '/livez' } })
  await own.ready()
  t.same(Object.keys(documentOf(own).paths), ['/livez'])
})

await t.test('register() throws when an additional path is no path that clients request unchanged', async (t) => {
  const problems: Readonly<Record<string, string>> = {
    livez: 'no slash at its start',
    'http://h/livez': 'no slash at its start',
    '': 'no slash at its start',
    '/livez/': 'a slash at its end',
    '/a//livez': 'two slashes in a row',
    '/:id': 'the character ":"',
    '/a::b': 'the character ":"',
    '/*': 'the character "\\*"',
    '/(a)': 'the character "\\("',
    '/livez?verbose': 'the character "\\?"',
    '/a/../b': 'the segment "\\.\\."',
    '/a b': 'the character U\\+0020',
    [`/${'x'.repeat(1_000)}`]: '1001 characters'
  }
  for (const [path, problem] of Object.entries(problems)) {
    for (const [value, option] of [[path, 'liveness'], [['/a', path], 'liveness\\[1\\]']] as const) {
      t.match(await errorOf({ additionalPaths: { liveness: value } }), {
        code: 'FST_MANAGEMENT_OPTION_INVALID',
        message: new RegExp(`^option "additionalPaths\\.${option}" must be an absolute path .* with ${problem}$`)
      }, path)
    }
  }
})

await t.test('register() throws when additionalPaths is wrong', async (t) => {
  for (const [additionalPaths, code, message] of [
    ['/livez', 'OPTION_INVALID', /must be an object with a path or an array of paths for each kind, got the string/],
    [{ liveness: 5 }, 'OPTION_INVALID', /"additionalPaths\.liveness" must be an absolute path .*, got the number 5$/],
    [{ liveness: null }, 'OPTION_INVALID', /"additionalPaths\.liveness" must be an absolute path .*, got null$/],
    [{ livness: '/livez' }, 'KIND_UNKNOWN', /"livness" \(did you mean "liveness"\?\)/],
    [{ liveness: ['/a', '/a'] }, 'OPTION_INVALID',
      /"additionalPaths\.liveness\[1\]" must be another path than the option "additionalPaths\.liveness\[0\]", got/],
    [{ liveness: '/a', health: '/a' }, 'OPTION_INVALID', /"additionalPaths\.health" must be another path than/],
    [{ liveness: '/z' }, 'OPTION_INVALID', /must be a path outside \/z, where the endpoints are, got the string "\/z"$/],
    [{ liveness: '/Z/livez' }, 'OPTION_INVALID', /must be a path outside \/z/]
  ] as const) {
    for (const listen of [undefined, { port: 0 }]) {
      t.match(await errorOf({ listen, additionalPaths: additionalPaths as never }), {
        code: `FST_MANAGEMENT_${code}`, message
      })
    }
  }
})

await t.test('register() accepts kinds without a path', async (t) => {
  const { app } = await startApp(t, { additionalPaths: { liveness: undefined, readiness: [] } })
  t.equal(app.hasRoute({ method: 'GET', url: '/livez' }), false)
  await startApp(t, { additionalPaths: {} })
})

await t.test('register() throws when the app has the path already', async (t) => {
  const get = (path: string) => (app: FastifyInstance): void => { app.get(path, () => 'mine') }
  for (const [taken, fastify] of [
    ['/livez', {}],
    ['/LiveZ', { routerOptions: { caseSensitive: false } }],
    ['/livez/', { routerOptions: { ignoreTrailingSlash: true } }]
  ] as const) {
    for (const listen of [undefined, { port: 0 }]) {
      t.match(await errorOf({ listen, additionalPaths: { liveness: '/livez' } }, get(taken), fastify), {
        code: 'FST_MANAGEMENT_ALREADY_REGISTERED',
        message: 'fastify-management-endpoints cannot be registered here: the route /livez of the option ' +
          '"additionalPaths.liveness" exists already; choose another path, or remove the other route'
      }, taken)
    }
  }
  t.match(await errorOf({ additionalPaths: { liveness: ['/livez', '/LiveZ'] } }, undefined, {
    routerOptions: { caseSensitive: false }
  }), { code: 'FST_MANAGEMENT_ALREADY_REGISTERED', message: /the route \/LiveZ of the option/ })
})

await t.test('with the prefix /, paths outside /health are free', async (t) => {
  const prefix = '/'
  t.match(await errorOf({ prefix, additionalPaths: { liveness: '/health/livez' } }), { message: /outside \/health/ })
  t.match(await errorOf({ prefix, additionalPaths: { liveness: '/info' } }), { message: /the route \/info of the option/ })
  const { get } = await startApp(t, { prefix, additionalPaths: { liveness: '/livez' } })
  t.match(await get('/livez'), { status: 200, text: UP })
  const separate = await startServers(t, { listen: { port: 0 }, prefix, additionalPaths: { liveness: '/health' } })
  t.match(await separate.get('/health'), { status: 200, text: UP })
})

await t.test('register() throws when clients change the prefix of the scope', async (t) => {
  const app = Fastify()
  t.teardown(async () => await app.close())
  await t.rejects(async () => {
    await app.register(async (scope) => {
      await scope.register(management, { listen: { port: 0 }, additionalPaths: { liveness: '/livez' } })
    }, { prefix: '/a b' })
  }, { code: 'FST_MANAGEMENT_OPTION_INVALID', message: /^option "additionalPaths\.liveness" must be in a scope whose/ })
})

await t.test('a route that the app adds later throws an error of Fastify with the path', async (t) => {
  const { app } = await createServers(t, { additionalPaths: { liveness: '/livez' } })
  t.throws(() => app.get('/livez', () => 'mine'), {
    code: 'FST_ERR_DUPLICATED_ROUTE', message: "Method 'GET' already declared for route '/livez'"
  })
})

await t.test('additional paths work beside an app that closes while a check runs', async (t) => {
  let begun: (value?: unknown) => void = () => undefined
  const running = new Promise((resolve) => { begun = resolve })
  const { app, get } = await startApp(t, {
    additionalPaths: { readiness: '/readyz' },
    checks: { readiness: { slow: async () => { begun(); await new Promise(() => undefined) } } }
  })
  const answer = get('/readyz')
  await running
  await app.close()
  t.match(await answer, { status: 503 })
  t.throws(() => portOf(app.server))
})
