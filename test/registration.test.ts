import t from 'tap'
import { errors, management } from '../lib/index.js'
import { assertFastifyVersion } from '../lib/registration.js'

const UNSUPPORTED = 'FST_MANAGEMENT_FASTIFY_UNSUPPORTED'

await t.test('assertFastifyVersion() throws when the major version is not 5', (t) => {
  for (const version of ['4.29.1', '6.0.0', '10.1.0', '50.0.0', '4.0.0-rc.1', '6.0.0+rc', '', '5']) {
    t.throws(() => assertFastifyVersion({ version }), { code: UNSUPPORTED }, version)
  }
  t.throws(() => assertFastifyVersion({ version: '4.29.1' }), new errors.FastifyUnsupported('4.29.1'))
  t.throws(() => assertFastifyVersion({ version: '4.29.1' }), {
    message: 'fastify-management-endpoints needs Fastify 5, got Fastify 4.29.1: install fastify@5'
  })
  t.end()
})

await t.test('assertFastifyVersion() accepts Fastify 5, and candidates of later versions', (t) => {
  for (const version of ['5.0.0', '5.12.8', '5.0.0-alpha.4', '6.0.0-rc.1', '6.0.0-alpha.1', '12.0.0-pre.fv.1']) {
    t.doesNotThrow(() => assertFastifyVersion({ version }), version)
  }
  t.end()
})

await t.test('registration fails in an app of another major version, before it changes the app', async (t) => {
  const app = { version: '4.29.1' }
  await t.rejects(management(app as never, {}), { code: UNSUPPORTED })
  t.same(app, { version: '4.29.1' })
})
