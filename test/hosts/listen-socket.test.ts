import { once } from 'node:events'
import { existsSync, statSync } from 'node:fs'
import { request } from 'node:http'
import { createServer } from 'node:net'
import { join } from 'node:path'
import t from 'tap'
import { probe } from '../../lib/probe/http-probe.js'
import { everydayOptions, REQUESTS, sendAll, sendWith, start } from '../support/host.js'
import type { Client } from '../support/host.js'
import { leaveSocket, shortFolder } from '../support/sockets.js'
import { createServers, startServers } from './fixtures/two-servers.js'

await t.test('a Unix socket answers the same bytes as the port of the app', async (t) => {
  const socketPath = join(shortFolder(t), 'z')
  const bare = await start({ setUp: () => undefined }, 'first', t)
  const { app } = await startServers(t, { ...everydayOptions(), listen: { path: socketPath } })
  const client: Client = async (_app, sent) => await sendWith(request, { socketPath }, sent)
  t.same(await sendAll(app, REQUESTS, client), await sendAll(bare, REQUESTS))
})

await t.test('addresses() and the log name the path, and the file is gone after close()', async (t) => {
  const path = join(shortFolder(t), 'z')
  const { app, lines } = await createServers(t, { listen: { path } })
  await app.ready()
  t.same(app.management.addresses(), [path])
  t.match(lines, [{ level: 'info', message: `the management endpoints listen at ${path}` }])
  t.equal(existsSync(path), true)
  await app.close()
  t.equal(existsSync(path), false)
  t.same(app.management.addresses(), [])
})

await t.test('mode sets the permissions of the socket', async (t) => {
  const path = join(shortFolder(t), 'z')
  for (const mode of [0o600, 0o666]) {
    const { app } = await createServers(t, { listen: { path, mode } })
    await app.ready()
    t.equal(statSync(path).mode & 0o777, mode)
    await app.close()
  }
})

await t.test('the app starts although a killed process has left its socket', async (t) => {
  const path = join(shortFolder(t), 'z')
  await leaveSocket(path)
  const { app } = await startServers(t, { listen: { path } })
  t.same(app.management.addresses(), [path])
  const url = new URL('http://localhost/z/health/liveness')
  t.match(await probe(url, { timeoutMs: 20_000, userAgent: 'kube-probe/1.34', socketPath: path }), {
    passed: true, body: '{"status":"UP"}'
  })
})

await t.test('listen() rejects when a living server has the socket, which goes on working', async (t) => {
  const path = join(shortFolder(t), 'z')
  const other = createServer((socket) => socket.end()).listen(path)
  t.teardown(() => other.close())
  await once(other, 'listening')
  const { app } = await createServers(t, { listen: { path } })
  await t.rejects(app.listen({ host: '127.0.0.1', port: 0 }), {
    code: 'FST_MANAGEMENT_LISTEN_FAILED',
    message: `the management endpoints cannot listen on ${path}: listen EADDRINUSE: address already in use ${path}`
  })
  t.equal(existsSync(path), true)
})

await t.test('listen() rejects when the directory of the socket does not exist', async (t) => {
  const path = join(shortFolder(t), 'no', 'z')
  const { app } = await createServers(t, { listen: { path } })
  await t.rejects(async () => { await app.ready() }, { code: 'FST_MANAGEMENT_LISTEN_FAILED', message: /no does not exist: create it$/ })
})
