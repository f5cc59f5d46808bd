import { createServer } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import t from 'tap'
import { certificate, certificateBy } from '../../lib/checks/certificate.js'
import type { CertificateOptions } from '../../lib/checks/certificate.js'
import { systemClock } from '../../lib/clock.js'
import type { CheckFunction, Run } from '../../lib/health/attempt.js'
import { CERTIFICATE, CHAIN } from '../support/certificate.js'
import { loneCheck } from '../support/check.js'
import { blackHole, listen, refusingPort } from '../support/loopback.js'

type Test = Pick<typeof t, 'teardown'>

const WHOLE_CHAIN = { key: CHAIN.key, cert: `${CHAIN.leaf}\n${CHAIN.intermediate}` }

async function run (check: CheckFunction, timeout = 5_000): Promise<Run> {
  return await loneCheck(check, { timeout }, systemClock).run()
}

async function startServer (test: Test, { key, cert }: { key: string, cert: string } = WHOLE_CHAIN, onName: (name: string | false) => void = () => undefined): Promise<number> {
  return await listen(test, createTlsServer({ key, cert }, (socket) => onName(socket.servername ?? false)).on('tlsClientError', () => undefined))
}

/** Looks at the chain on a day. */
async function runOn (day: string, options: CertificateOptions): Promise<Run> {
  return await run(certificateBy({ date: () => new Date(day) }, { ca: CHAIN.root, ...options }))
}

await t.test('a server that is not there, or speaks no TLS, is DOWN, with the reason', async (t) => {
  const gone = await refusingPort()
  t.match(await run(certificate({ host: '127.0.0.1', port: gone })), { status: 'DOWN', details: { error: `connect ECONNREFUSED 127.0.0.1:${gone}`, host: '127.0.0.1', port: gone } })
  const garbage = await listen(t, createServer((socket) => socket.end('220 smtp ready\r\n')))
  t.match(await run(certificate({ host: '127.0.0.1', port: garbage })), { status: 'DOWN', details: { error: /wrong version number|packet length too long/ } })
  const closing = await listen(t, createServer((socket) => socket.end()))
  t.match(await run(certificate({ host: '127.0.0.1', port: closing })), { status: 'DOWN', details: { error: /disconnected before secure TLS connection|ECONNRESET|EPIPE/ } })
})

await t.test('a server that does not answer is DOWN before the timeout, with how far it came, and the connection is closed', async (t) => {
  t.match(await run(certificate({ host: '127.0.0.1', port: await blackHole(t) }), 200), { status: 'DOWN', details: { error: 'no answer within 180 ms' } })
  let closed: Promise<void> | undefined
  const silent = await listen(t, createServer((socket) => { closed = new Promise((resolve) => socket.resume().on('error', () => undefined).once('close', () => resolve())) }))
  t.match(await run(certificate({ host: '127.0.0.1', port: silent }), 200), { status: 'DOWN', details: { error: 'connected, but no handshake of TLS within 180 ms' } })
  await closed
})

await t.test('a certificate that is not yet valid, or has expired, is DOWN, and says which, and since when', async (t) => {
  const port = await startServer(t)
  t.match(await runOn('2019-12-31', { host: 'localhost', port }), {
    status: 'DOWN',
    details: { error: 'the certificate of DNS:localhost, IP Address:127.0.0.1 is not valid before 2020-01-01T00:00:00.000Z' }
  })
  t.match(await runOn('2100-01-02', { host: 'localhost', port, trusted: false }), {
    status: 'DOWN',
    details: { error: 'the certificate of DNS:localhost, IP Address:127.0.0.1 has expired at 2100-01-01T00:00:00.000Z' }
  })
})

await t.test('an authority that has expired is DOWN, though the certificate itself has not', async (t) => {
  const port = await startServer(t)
  t.match(await runOn('2090-01-02', { host: 'localhost', port }), {
    status: 'DOWN',
    details: { error: 'the certificate of CN=Intermediate, O=Tests has expired at 2090-01-01T00:00:00.000Z', validTo: '2100-01-01T00:00:00.000Z' }
  })
})

await t.test('a certificate that nobody vouches for is DOWN, unless that is of no interest', async (t) => {
  const selfSigned = await startServer(t, CERTIFICATE)
  t.match(await run(certificate({ host: 'localhost', port: selfSigned })), { status: 'DOWN', details: { error: 'the certificate is not trusted for localhost: DEPTH_ZERO_SELF_SIGNED_CERT' } })
  t.match(await run(certificate({ host: 'localhost', port: selfSigned, trusted: false })), { status: 'UP', details: { subject: 'CN=localhost', issuer: 'CN=localhost' } })
  const incomplete = await startServer(t, { key: CHAIN.key, cert: CHAIN.leaf })
  t.match(await runOn('2030-01-01', { host: 'localhost', port: incomplete }), { status: 'DOWN', details: { error: /UNABLE_TO_VERIFY_LEAF_SIGNATURE$/ } })
  t.match(await runOn('2030-01-01', { host: 'localhost', port: incomplete, trusted: false }), { status: 'UP' })
})

await t.test('a certificate for another name is DOWN, unless that is of no interest', async (t) => {
  const port = await startServer(t)
  const options = { host: 'localhost', port, servername: 'shop.example' }
  t.match(await runOn('2030-01-01', options), { status: 'DOWN', details: { error: 'the certificate is not trusted for shop.example: ERR_TLS_CERT_ALTNAME_INVALID' } })
  t.match(await runOn('2030-01-01', { ...options, trusted: false }), { status: 'UP' })
})

await t.test('a chain of which the first to end has too few days left is DEGRADED', async (t) => {
  const port = await startServer(t)
  t.match(await runOn('2089-12-19T00:00:01Z', { host: 'localhost', port }), {
    status: 'DEGRADED',
    details: { error: 'the certificate of CN=Intermediate, O=Tests expires in 12 days, at 2090-01-01T00:00:00.000Z', daysLeft: 12, warnDays: 14 }
  })
  t.match(await runOn('2089-12-18', { host: 'localhost', port }), { status: 'UP', details: { daysLeft: 14 } })
  t.match(await runOn('2089-12-31', { host: 'localhost', port, warnDays: 0 }), { status: 'UP', details: { daysLeft: 1, warnDays: 0 } })
})

await t.test('a chain that is trusted is UP, with whose it is, from when to when, and how it was asked', async (t) => {
  const port = await startServer(t)
  for (const ca of [CHAIN.root, Buffer.from(CHAIN.root), [CERTIFICATE.cert, CHAIN.root]]) {
    t.match(await run(certificate({ host: 'localhost', port, ca })), {
      status: 'UP',
      details: {
        host: 'localhost',
        port,
        protocol: 'TLSv1.3',
        latencyMs: Number,
        subject: 'DNS:localhost, IP Address:127.0.0.1',
        issuer: 'CN=Intermediate, O=Tests',
        validFrom: '2020-01-01T00:00:00.000Z',
        validTo: '2100-01-01T00:00:00.000Z',
        daysLeft: Number,
        warnDays: 14
      }
    })
  }
})

await t.test('a server is told the name, and no address', async (t) => {
  let told: (name: string | false) => void = () => undefined
  const port = await startServer(t, WHOLE_CHAIN, (name) => told(name))
  for (const [servername, expected] of [['localhost', 'localhost'], [undefined, false]] as const) {
    const name = new Promise((resolve) => { told = resolve })
    t.match(await runOn('2030-01-01', { host: '127.0.0.1', port, servername }), { status: 'UP' })
    t.equal(await name, expected, 'the handshake is not broken off either')
  }
})

await t.test('options that cannot be are refused at once', (t) => {
  const cases: readonly [unknown, RegExp][] = [
    [{}, /option "certificate\.host" must be a string that is not empty/],
    [{ host: 'h', date: 1 }, /option "certificate" must be an object with no other keys/],
    [{ host: 'h', port: 70_000 }, /option "certificate\.port"/],
    [{ host: 'h', servername: '' }, /option "certificate\.servername"/],
    [{ host: 'h', warnDays: -1 }, /option "certificate\.warnDays" must be a whole number of days from 0 to 36500/],
    [{ host: 'h', trusted: 'no' }, /option "certificate\.trusted" must be true or false/],
    [{ host: 'h', ca: 'root.pem' }, /option "certificate\.ca" must be a certificate in PEM, not the path of one, got a text that is none/],
    [{ host: 'h', ca: [CHAIN.root, 5] }, /option "certificate\.ca\[1\]" must be a certificate in PEM, not the path of one, got the number 5/]
  ]
  for (const [options, message] of cases) {
    t.throws(() => { Reflect.apply(certificate, undefined, [options]) }, { code: 'FST_MANAGEMENT_OPTION_INVALID', message }, message.source)
  }
  t.end()
})
