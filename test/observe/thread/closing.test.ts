import t from 'tap'
import { Deferred } from '../../../lib/base/deferred.js'
import { startServers } from '../../hosts/fixtures/two-servers.js'

await t.test('close() ends a forwarded request that waits for a check', async (t) => {
  const called = new Deferred<undefined>()
  const hangs = async (): Promise<void> => {
    called.resolve(undefined)
    await new Promise(() => undefined)
  }
  const { app, getSeparate } = await startServers(t, {
    listen: { host: '127.0.0.1', port: 0, thread: true },
    checks: { readiness: { hangs: { check: hangs, timeout: 600_000 } } }
  })
  const waiting = getSeparate('/z/health')
  await called.promise
  await app.close()
  t.match(await waiting, { status: 503 })
  t.same(app.management.addresses(), [])
})
