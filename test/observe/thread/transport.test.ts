import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import t from 'tap'
import { probe } from '../../../lib/probe/http-probe.js'
import { CERTIFICATE } from '../../support/certificate.js'
import { shortFolder } from '../../support/sockets.js'
import { createServers, separatePortOf, startServers } from '../../hosts/fixtures/two-servers.js'
import { startPortThread } from './fixtures/port-thread.js'

const { key, cert } = CERTIFICATE

await t.test('the thread serves TLS, and hooks see the certificate of the client', async (t) => {
  const { app } = await startServers(t, {
    listen: { port: 0, thread: true, https: { key, cert, ca: [cert], requestCert: true } },
    auth: async ({ raw, protocol }) => {
      const socket: unknown = raw.socket
      const { subject } = (socket as { getPeerCertificate: () => { subject: { CN: string } } }).getPeerCertificate()
      return await Promise.resolve(`${subject.CN} ${protocol}` === 'localhost https')
    }
  })
  const sent = httpsRequest({
    host: '127.0.0.1', port: separatePortOf(app), path: '/z/health', ca: cert, cert, key, servername: 'localhost'
  }).end()
  const [response] = await once(sent, 'response') as [IncomingMessage]
  t.equal(response.statusCode, 200, await text(response))
})

await t.test('the code of the thread serves TLS', async (t) => {
  const { port, message, send } = await startPortThread(t, { https: { key, cert } })
  const sent = httpsRequest({ host: '127.0.0.1', port, path: '/z/info', ca: cert, servername: 'localhost' }).end()
  sent.on('error', () => undefined)
  await message('knock')
  send({ type: 'come' })
  t.match(await message('connection'), { peer: { encrypted: true, authorized: false, certificate: {} } })
  sent.destroy()
})

await t.test('the thread serves a Unix socket with its mode', async (t) => {
  const path = join(shortFolder(t), 'thread.sock')
  const { app } = await createServers(t, { listen: { path, mode: 0o600, thread: true } })
  await app.ready()
  t.same(app.management.addresses(), [path])
  const url = new URL('http://localhost/z/health/liveness')
  t.match(await probe(url, { timeoutMs: 1_000, userAgent: 'test', socketPath: path }), { passed: true })
})

await t.test('for localhost, the thread listens on each address of the name', async (t) => {
  const { port, received } = await startPortThread(t, { address: { host: 'localhost', port: 0 } })
  t.ok(port > 0)
  t.same(received, [])
})
