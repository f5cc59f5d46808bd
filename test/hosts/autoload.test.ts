import autoload from '@fastify/autoload'
import type { FastifyInstance } from 'fastify'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { http1, QUESTIONS, start } from '../support/host.js'

// What tap compiles TypeScript with is none of the makes that autoload knows.
process.env['FASTIFY_AUTOLOAD_TYPESCRIPT'] = '1'

const FOLDER = fileURLToPath(new URL('fixtures/autoload', import.meta.url))

/** As `fastify generate` writes it. */
async function autoloaded (app: FastifyInstance): Promise<void> {
  await app.register(autoload, { dir: `${FOLDER}/plugins` })
  await app.register(autoload, { dir: `${FOLDER}/routes` })
}

/** The same without autoload. */
function byHand (app: FastifyInstance): void {
  app.management.addCheck(['readiness', 'startup'], 'database', () => ({ status: 'DEGRADED' }))
  app.management.addInfo('database', () => ({ connections: 3 }))
}

await t.test('autoloaded, the endpoints are at the folder\'s name, and answer as registered by hand, to the byte', async (t) => {
  const app = await start({ setUp: autoloaded }, 'never', t)
  const bare = await start({ setUp: byHand }, 'first', t)
  for (const question of [...QUESTIONS, { method: 'GET', path: '/z/health/database' }]) {
    t.same(await http1(app, question), await http1(bare, question), `${question.method} ${question.path}`)
  }
})

await t.test('the check and the section of a plugin that is found before are there', async (t) => {
  const app = await start({ setUp: autoloaded }, 'never', t)
  t.match(await http1(app, { method: 'GET', path: '/z/health/database' }), { status: 200, body: '{"status":"DEGRADED"}' })
  t.match(await http1(app, { method: 'GET', path: '/z/health/startup?verbose' }), { body: /"database":{"status":"DEGRADED"}/ })
  t.match(await http1(app, { method: 'GET', path: '/z/info' }), { body: /"database":{"connections":3}/ })
})

await t.test('autoloaded routes answer, and find fastify.management', async (t) => {
  const app = await start({ setUp: autoloaded }, 'never', t)
  t.match(await http1(app, { method: 'GET', path: '/books' }), { status: 200, body: '["Mansfield Park"]' })
  t.match(await http1(app, { method: 'GET', path: '/books/status' }), { status: 200, body: /^{"status":"DEGRADED"/ })
  t.match(await http1(app, { method: 'GET', path: '/' }), { status: 200, body: '{"a":1}' })
  t.match(await http1(app, { method: 'GET', path: '/z/nowhere' }), { status: 404 })
})
