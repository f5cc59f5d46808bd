import Fastify from 'fastify'
import type { FastifyInstance } from 'fastify'
import t from 'tap'
import management from '../../lib/index.js'
import { fetchAnswer } from '../support/app.js'
import { sendAll, everydayOptions, http1, REQUESTS, start } from '../support/host.js'

type Test = Pick<typeof t, 'teardown'>

async function listening (test: Test, app: FastifyInstance): Promise<FastifyInstance> {
  test.teardown(async () => await app.close())
  await app.listen({ host: '127.0.0.1', port: 0 })
  return app
}

/** Starts an app with the plugin under a prefix, inside parent scopes with their own prefixes. */
async function within (test: Test, parents: readonly string[], prefix: string): Promise<FastifyInstance> {
  const app = Fastify()
  const register = async (instance: FastifyInstance, [parent, ...others]: readonly string[]): Promise<void> => {
    if (parent === undefined) await instance.register(management, { ...everydayOptions(), prefix })
    else await instance.register(async (child) => await register(child, others), { prefix: parent })
  }
  await register(app, parents)
  return await listening(test, app)
}

const CASES: readonly (readonly [parents: readonly string[], prefix: string, path: string])[] = [
  [[], 'z', '/z'],
  [[], 'z/', '/z'],
  [[], '//z//', '/z'],
  [[], '/admin/z', '/admin/z'],
  [[], 'admin//z/', '/admin/z'],
  [[], '/z.z-z_z~', '/z.z-z_z~'],
  [['/v1'], '/z', '/v1/z'],
  [['v1'], 'z', '/v1/z'],
  [['/v1/'], '/z/', '/v1/z'],
  [['/'], '/z', '/z'],
  [['/v1', '/shop/', '/'], 'z', '/v1/shop/z'],
  [['/:tenant'], '/z', '/books/z']
]

for (const [parents, prefix, path] of CASES) {
  await t.test(
    `prefix ${JSON.stringify(prefix)} inside ${JSON.stringify(parents)} serves the endpoints at ${path}`,
    async (t) => {
      const bare = await start({ setUp: () => undefined }, 'first', t)
      const app = await within(t, parents, prefix)
      const requests = REQUESTS.filter(({ method }) => method === 'GET')
      const answers = await sendAll(
        app,
        requests.map((sent) => ({ ...sent, path: sent.path.replace('/z', path) }))
      )
      const expected = await sendAll(bare, requests)
      t.same(
        answers.map(({ status, body }) => [status, body.replaceAll(path, '/z')]),
        expected.map(({ status, body }) => [status, body])
      )
      t.match(await http1(app, { method: 'GET', path: `${path}/` }), { status: 200 })
    }
  )
}

for (const [parents, prefix, path] of [
  [[], '/', ''],
  [[], '', ''],
  [['/v1'], '/', '/v1'],
  [['/v1/'], '', '/v1'],
  [['/'], '/', '']
] as const) {
  await t.test(`prefix ${JSON.stringify(prefix)} inside ${JSON.stringify(parents)} has no links`, async (t) => {
    const app = await within(t, parents, prefix)
    t.match(await http1(app, { method: 'GET', path: `${path}/health/liveness` }), {
      status: 200,
      body: '{"status":"UP"}'
    })
    t.match(await http1(app, { method: 'GET', path: `${path}/version` }), { status: 200, body: '1.2.3' })
    t.match(await http1(app, { method: 'GET', path: `${path}/` }), { status: 404 })
  })
}

await t.test('the app keeps its own page at the prefix of the parent scope', async (t) => {
  const app = Fastify()
  app.get('/v1', () => 'mine')
  await app.register(async (child) => await child.register(management, { prefix: '/' }), { prefix: '/v1' })
  await listening(t, app)
  t.match(await http1(app, { method: 'GET', path: '/v1' }), { status: 200, body: 'mine' })
  t.match(await http1(app, { method: 'GET', path: '/v1/health' }), { status: 200 })
})

await t.test('register() throws when the prefix is invalid', async (t) => {
  for (const prefix of ['/a b', '/a?', '/a#', '/*', '/%20', '\\z', 5, null]) {
    await t.rejects(within(t, [], prefix as string), {
      code: 'FST_MANAGEMENT_OPTION_INVALID',
      message: /option "prefix" must be a path/
    })
  }
})

await t.test('a service dependency without a path is requested under the full prefix', async (t) => {
  const app = Fastify()
  await app.register(async (child) => {
    await child.register(management, { prefix: '/z/', serviceDependencies: { users: '127.0.0.1:9' } })
    t.match(await child.management.health(), {
      components: { users: { details: { url: 'http://127.0.0.1:9/v1/z/health' } } }
    })
  }, { prefix: '/v1/' })
  await listening(t, app)
})

await t.test('instances in sibling scopes share nothing', async (t) => {
  const app = Fastify()
  for (const name of ['a', 'b']) {
    await app.register(async (child) => {
      await child.register(management, { name, version: name, prefix: `/${name}` })
      child.management.addCheck('readiness', name, () => name === 'a')
      child.management.addInfo('section', () => ({ name }))
    })
  }
  const { listeningOrigin } = await listening(t, app)
  t.notOk(app.hasDecorator('management'))
  for (const [name, status] of [['a', 'UP'], ['b', 'DOWN']] as const) {
    t.same((await fetchAnswer(`${listeningOrigin}/${name}/health`)).body, {
      status,
      components: { [name]: { status } }
    })
    t.match((await fetchAnswer(`${listeningOrigin}/${name}/info`)).body, {
      app: { name, version: name },
      section: { name }
    })
  }
})

await t.test('register() throws when another instance already has its routes', async (t) => {
  const two = async (first: object, second: object, options = {}): Promise<FastifyInstance> => {
    const app = Fastify(options)
    t.teardown(async () => await app.close())
    for (const given of [first, second]) await app.register(async (child) => await child.register(management, given))
    return app
  }
  for (const [first, second, options, route] of [
    [{}, {}, {}, '/z/health/liveness'],
    [{}, { prefix: 'z//' }, {}, '/z/health/liveness'],
    [{}, { prefix: '/Z' }, { routerOptions: { caseSensitive: false } }, '/Z/health/liveness'],
    [{}, { prefix: '/z/health' }, {}, '/z/health'],
    [{ prefix: '/' }, { prefix: '/info' }, {}, '/info']
  ] as const) {
    await t.rejects(two(first, second, options), {
      code: 'FST_MANAGEMENT_ALREADY_REGISTERED',
      message: 'fastify-management-endpoints cannot be registered here: ' +
        `the route ${route} exists already; use another prefix, or turn that endpoint off`
    })
  }
  await t.resolves(two({}, { prefix: '/y' }))
  await t.resolves(two({}, { prefix: '/z/health', endpoints: { links: false } }))
})

await t.test('wildcards and parameters of the app handle all other paths', async (t) => {
  const app = Fastify()
  for (const path of ['/*', '/:one', '/:one/:two', '/z/:any', '/z/*']) app.get(path, () => path)
  await app.register(management)
  const { listeningOrigin } = await listening(t, app)
  for (const [path, expected] of [
    ['/a', '/:one'],
    ['/a/b/c', '/*'],
    ['/a/b', '/:one/:two'],
    ['/z/other', '/z/:any'],
    ['/z/other/more', '/z/*']
  ] as const) {
    t.equal((await fetchAnswer(`${listeningOrigin}${path}`)).text, expected)
  }
  t.match(await fetchAnswer(`${listeningOrigin}/z/health/liveness`), { status: 200, text: '{"status":"UP"}' })
  t.match(await fetchAnswer(`${listeningOrigin}/z/health/nobody`), { status: 404, text: /Not Found/ })
})
