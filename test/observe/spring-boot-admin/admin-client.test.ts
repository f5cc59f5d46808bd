import Fastify from 'fastify'
import t from 'tap'
import management from '../../../lib/index.js'
import { AdminClient } from '../../../lib/observe/spring-boot-admin/admin-client.js'
import { readAdminOptions } from '../../../lib/observe/spring-boot-admin/options.js'
import { ManualClock } from '../../support/clock.js'

await t.test('a client that stops while it collects the name of the app sends nothing', async (t) => {
  const app = Fastify()
  await app.register(management)
  const clock = new ManualClock()
  let requests = 0
  const client = new AdminClient(readAdminOptions({ url: 'http://admin' }, () => undefined), app, clock, async () => {
    requests += 1
    return await Promise.reject(new Error('unexpected'))
  })
  client.start()
  client.start()
  await client.stop()
  await app.inject('/z/info')
  t.equal(requests, 0)
  t.equal(clock.waiting, 0)
})
