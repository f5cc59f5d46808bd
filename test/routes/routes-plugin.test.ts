import Fastify from 'fastify'
import t from 'tap'
import { routesPlugin } from '../../lib/routes/routes-plugin.js'

await t.test('routesPlugin() returns a plugin with a display name, which a bundled app needs', (t) => {
  const plugin = routesPlugin(async () => await Promise.resolve(), Fastify())
  t.equal(Reflect.get(plugin, Symbol.for('fastify.display-name')), 'managementRoutes')
  t.end()
})
