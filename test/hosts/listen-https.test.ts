import { once } from 'node:events'
import { join } from 'node:path'
import { connect } from 'node:tls'
import type { ConnectionOptions, TLSSocket } from 'node:tls'
import { request } from 'node:https'
import t from 'tap'
import type { Test } from 'tap'
import { probe } from '../../lib/probe/http-probe.js'
import { CERTIFICATE } from '../support/certificate.js'
import { asOverHttp, everydayOptions, REQUESTS, sendAll, sendWith, start } from '../support/host.js'
import type { Client } from '../support/host.js'
import { openRaw } from '../support/raw-socket.js'
import { shortFolder } from '../support/sockets.js'
import { createServers, separatePortOf, startServers } from './fixtures/two-servers.js'

const { key, cert } = CERTIFICATE
const listen = { port: 0, https: { key, cert } }

/** Opens a TLS connection to the separate port. It closes with the test. */
async function openSecure (test: Test, port: number, options: ConnectionOptions = {}): Promise<TLSSocket> {
  const socket = connect({ port, host: '127.0.0.1', ca: cert, servername: 'localhost', ...options })
  test.teardown(() => socket.destroy())
  socket.on('error', () => undefined)
  await once(socket, 'secureConnect')
  return socket
}

await t.test('a port with TLS answers the same as the port of the app', async (t) => {
  const bare = await start({ setUp: () => undefined }, 'first', t)
  const { app, lines } = await startServers(t, { ...everydayOptions(), listen })
  const client: Client = async (app, sent) => {
    const to = { host: '127.0.0.1', port: separatePortOf(app), ca: cert, servername: 'localhost' }
    return asOverHttp(sent, await sendWith(request, to, sent))
  }
  t.same(await sendAll(app, REQUESTS, client), await sendAll(bare, REQUESTS))
  t.match(lines[0], { message: `the management endpoints listen at https://127.0.0.1:${separatePortOf(app)}` })
})

await t.test('a client without a certificate is refused when the port requires one', async (t) => {
  const { app } = await startServers(t, {
    listen: { port: 0, https: { key, cert, ca: cert, requestCert: true, rejectUnauthorized: true } }
  })
  const port = separatePortOf(app)
  const sent = { method: 'GET', path: '/z/health/liveness' }
  const to = { host: '127.0.0.1', port, ca: cert, servername: 'localhost' }
  const withCertificate = { ...to, key, cert }
  t.match(await sendWith(request, withCertificate, sent), { status: 200 })
  await t.rejects(sendWith(request, to, sent))
  t.match(await probe(new URL(`https://127.0.0.1:${port}/z/health/liveness`), { timeoutMs: 20_000, userAgent: 'p' }), {
    passed: false, fault: 'answer'
  })
})

await t.test('management-probe accepts any certificate of the port', async (t) => {
  const { app } = await startServers(t, { listen })
  const url = new URL(`https://127.0.0.1:${separatePortOf(app)}/z/health/readiness`)
  t.match(await probe(url, { timeoutMs: 20_000, userAgent: 'kube-probe/1.34' }), {
    passed: true, body: '{"status":"UP"}'
  })
})

await t.test('a Unix socket with TLS answers management-probe', async (t) => {
  const path = join(shortFolder(t), 'z')
  const { lines } = await startServers(t, { listen: { path, https: { key, cert } } })
  t.match(lines[0], { message: `the management endpoints listen at ${path}` })
  const options = { timeoutMs: 20_000, userAgent: 'kube-probe/1.34', socketPath: path }
  t.match(await probe(new URL('https://localhost/z/health/readiness'), options), { passed: true })
})

await t.test('a client without TLS gets no answer, and a handshake that never ends is closed', async (t) => {
  const { app } = await startServers(t, { listen: { port: 0, https: { key, cert, handshakeTimeout: 100 } } })
  const port = separatePortOf(app)
  const plain = await openRaw(t, port)
  plain.write('GET /z/health/liveness HTTP/1.1\r\nHost: pod\r\n\r\n')
  t.notMatch(await plain.closed(), 'HTTP/1.1 200')
  const silent = await openRaw(t, port)
  t.equal(await silent.closed(), '')
})

await t.test('a crowd of TLS connections makes room, and the connection with the latest request stays', async (t) => {
  const { app } = await createServers(t, { listen })
  app.server.maxConnections = 20
  await app.listen({ host: '127.0.0.1', port: 0 })
  const port = separatePortOf(app)
  const sockets: TLSSocket[] = []
  for (let count = 0; count < 18; count++) sockets.push(await openSecure(t, port))
  const [first, second] = sockets
  first?.write('GET /z/health/liveness HTTP/1.1\r\nHost: pod\r\n\r\n')
  t.match(String((await once(first ?? t, 'data'))[0]), /^HTTP\/1\.1 200/)
  const closed = once(second?.resume() ?? t, 'close')
  await openSecure(t, port)
  await closed
  t.equal(first?.closed, false)
})

await t.test('close() ends TLS connections', async (t) => {
  const { app } = await startServers(t, { listen })
  const socket = await openSecure(t, separatePortOf(app))
  const closed = once(socket.resume(), 'close')
  await app.close()
  await closed
  t.same(app.management.addresses(), [])
})
