import autoload from '@fastify/autoload'
import type { FastifyInstance } from 'fastify'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { http1, REQUESTS, start } from '../support/host.js'

// autoload does not detect the TypeScript loader that runs the tests.
process.env['FASTIFY_AUTOLOAD_TYPESCRIPT'] = '1'

const FOLDER = fileURLToPath(new URL('fixtures/autoload', import.meta.url))

/** Loads plugins and routes like an app that `fastify generate` created. */
async function autoloaded (app: FastifyInstance): Promise<void> {
  await app.register(autoload, { dir: `${FOLDER}/plugins` })
  await app.register(autoload, { dir: `${FOLDER}/routes` })
}

/** Adds the same check and section without autoload. */
function withoutAutoload (app: FastifyInstance): void {
  app.management.addCheck(['readiness', 'startup'], 'database', () => ({ status: 'DEGRADED' }))
  app.management.addInfo('database', () => ({ connections: 3 }))
}

await t.test('autoload takes the prefix from the folder, and the endpoints answer as without autoload', async (t) => {
  const app = await start({ setUp: autoloaded }, 'never', t)
  const bare = await start({ setUp: withoutAutoload }, 'first', t)
  for (const sent of [...REQUESTS, { method: 'GET', path: '/z/health/database' }]) {
    t.same(await http1(app, sent), await http1(bare, sent), `${sent.method} ${sent.path}`)
  }
})

await t.test('a plugin that autoload finds first can add a check and a section', async (t) => {
  const app = await start({ setUp: autoloaded }, 'never', t)
  t.match(await http1(app, { method: 'GET', path: '/z/health/database' }), {
    status: 200,
    body: '{"status":"DEGRADED"}'
  })
  t.match(await http1(app, { method: 'GET', path: '/z/health/startup?verbose' }), {
    body: /"database":{"status":"DEGRADED"}/
  })
  t.match(await http1(app, { method: 'GET', path: '/z/info' }), { body: /"database":{"connections":3}/ })
})

await t.test('autoload can pass options of Fastify and of other plugins', async (t) => {
  const setUp = async (app: FastifyInstance): Promise<void> => {
    const options = { bodyLimit: 1_000, routerOptions: {}, autoHooks: true, cascadeHooks: true, autoload: true }
    await app.register(autoload, { dir: `${FOLDER}/plugins`, options })
  }
  const app = await start({ setUp }, 'never', t)
  t.match(await http1(app, { method: 'GET', path: '/z/health/liveness' }), { status: 200, body: '{"status":"UP"}' })
})

await t.test('autoloaded routes answer and can use fastify.management', async (t) => {
  const app = await start({ setUp: autoloaded }, 'never', t)
  t.match(await http1(app, { method: 'GET', path: '/books' }), { status: 200, body: '["Mansfield Park"]' })
  t.match(await http1(app, { method: 'GET', path: '/books/status' }), { status: 200, body: /^{"status":"DEGRADED"/ })
  t.match(await http1(app, { method: 'GET', path: '/' }), { status: 200, body: '{"a":1}' })
  t.match(await http1(app, { method: 'GET', path: '/z/nowhere' }), { status: 404 })
})
