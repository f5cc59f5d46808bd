import { rmSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { livesIn, ownRoutes, receive, start } from '../support/host.js'

const folder = await mkdtemp(join(tmpdir(), 'management-unix-'))
process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
let sockets = 0
const host = {
  setUp: ownRoutes,
  get listen () { return { path: join(folder, `${sockets++}.sock`) } },
  client: async (app: Parameters<typeof ownRoutes>[0], sent: Parameters<typeof receive>[2]) => {
    const socketPath = app.server.address()
    if (typeof socketPath !== 'string') throw new Error('it does not listen on a socket of Unix')
    return await receive(request, { socketPath }, sent)
  }
}

await livesIn('an app that listens on a socket of Unix', host)

await t.test('addresses tells its path', async (t) => {
  const app = await start(host, 'last', t)
  t.same(app.management.addresses(), app.addresses())
  t.match(app.management.addresses(), [/\.sock$/])
})
