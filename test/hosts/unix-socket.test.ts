import { rmSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { testHost, ownRoutes, sendWith, start } from '../support/host.js'

const folder = await mkdtemp(join(tmpdir(), 'management-unix-'))
process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
let sockets = 0
const host = {
  setUp: ownRoutes,
  get listen () { return { path: join(folder, `${sockets++}.sock`) } },
  client: async (app: Parameters<typeof ownRoutes>[0], sent: Parameters<typeof sendWith>[2]) => {
    const socketPath = app.server.address()
    if (typeof socketPath !== 'string') throw new Error('the app does not listen on a Unix socket')
    return await sendWith(request, { socketPath }, sent)
  }
}

await testHost('an app that listens on a Unix socket', host)

await t.test('addresses() returns the path of the Unix socket', async (t) => {
  const app = await start(host, 'last', t)
  t.same(app.management.addresses(), app.addresses())
  t.match(app.management.addresses(), [/\.sock$/])
  await app.close()
  t.same(app.management.addresses(), [])
})
