import { X509Certificate } from 'node:crypto'
import { createServer } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import t from 'tap'
import { certificate, certificateWith } from '../../../lib/checks/network/certificate.js'
import type { CertificateOptions } from '../../../lib/checks/network/certificate.js'
import type { RunResult } from '../../../lib/health/check/result.js'
import { CERTIFICATE, CHAIN } from '../../support/certificate.js'
import { run } from '../../support/check.js'
import { blackHole, listen, refusingPort } from '../../support/loopback.js'

type Test = Pick<typeof t, 'teardown'>

const NOT_PEM = /"certificate\.ca" must be a certificate in PEM, not the path of a file, got .* is not a certificate$/

const WHOLE_CHAIN = { key: CHAIN.key, cert: `${CHAIN.leaf}\n${CHAIN.intermediate}` }

/**
 * A certificate for localhost (until 2100), and two certificates of its authority: an old certificate (until 2021) and
 * a renewed certificate (until 2090).
 */
const RENEWED = {
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgjI117jmajHJCGkFG
UP+2vC3ysqaX4hjP/U/vWqPXVvuhRANCAASJjhsWpcgop8nyo9XpqchA625h1uHI
rPhuA1clRZyv99r+eddLan+RlDbXAVHwl9i4dKkPInLtstw2mFkPv0DY
-----END PRIVATE KEY-----`,
  leaf: `-----BEGIN CERTIFICATE-----
MIIBdzCCARygAwIBAgICEAMwCgYIKoZIzj0EAwIwFzEVMBMGA1UEAwwMSW50ZXJt
ZWRpYXRlMCAXDTIwMDEwMTAwMDAwMFoYDzIxMDAwMTAxMDAwMDAwWjAPMQ0wCwYD
VQQDDARsZWFmMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEiY4bFqXIKKfJ8qPV
6anIQOtuYdbhyKz4bgNXJUWcr/fa/nnXS2p/kZQ21wFR8JfYuHSpDyJy7bLcNphZ
D79A2KNeMFwwGgYDVR0RBBMwEYIJbG9jYWxob3N0hwR/AAABMB0GA1UdDgQWBBQh
pdo5Ydj7GG4qJ54DVD7V4cAuWTAfBgNVHSMEGDAWgBTAUPY5QW8N3C7V+TNttqFX
qjNypTAKBggqhkjOPQQDAgNJADBGAiEAg3GEh3hbFE/eJYou0t3mD/kd8CWjI3bE
ZI8YmMVbkJECIQDHzKHXVEZRWEA8SelTRLohEthmws2w0HyX7/GbdzypTw==
-----END CERTIFICATE-----`,
  old: `-----BEGIN CERTIFICATE-----
MIIBajCCAQ+gAwIBAgICEAEwCgYIKoZIzj0EAwIwDzENMAsGA1UEAwwEUm9vdDAe
Fw0yMDAxMDEwMDAwMDBaFw0yMTAxMDEwMDAwMDBaMBcxFTATBgNVBAMMDEludGVy
bWVkaWF0ZTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABPTpbCcmKMmkog8ujxPO
Kxo+if7VWyG/tm348shUATKwbo9kAMQcvHG91sYfWWkCOcrB+8cStbBZ/rL6OTAu
dTGjUzBRMA8GA1UdEwEB/wQFMAMBAf8wHQYDVR0OBBYEFMBQ9jlBbw3cLtX5M222
oVeqM3KlMB8GA1UdIwQYMBaAFB7iY0biIFQDr+WFn1KqBxJ8R0SbMAoGCCqGSM49
BAMCA0kAMEYCIQDT+ZsVHEKRKifRgKqXeA9pR4AGFqNKk9y26TL0bwDzAwIhALqS
wCHZaFg2JiWku/R0y2eoIZqxqQUD86IbbWaS4S1p
-----END CERTIFICATE-----`,
  intermediate: `-----BEGIN CERTIFICATE-----
MIIBbDCCARGgAwIBAgICEAIwCgYIKoZIzj0EAwIwDzENMAsGA1UEAwwEUm9vdDAg
Fw0yMDAxMDEwMDAwMDBaGA8yMDkwMDEwMTAwMDAwMFowFzEVMBMGA1UEAwwMSW50
ZXJtZWRpYXRlMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE9OlsJyYoyaSiDy6P
E84rGj6J/tVbIb+2bfjyyFQBMrBuj2QAxBy8cb3Wxh9ZaQI5ysH7xxK1sFn+svo5
MC51MaNTMFEwDwYDVR0TAQH/BAUwAwEB/zAdBgNVHQ4EFgQUwFD2OUFvDdwu1fkz
bbahV6ozcqUwHwYDVR0jBBgwFoAUHuJjRuIgVAOv5YWfUqoHEnxHRJswCgYIKoZI
zj0EAwIDSQAwRgIhAJq8Vozri8Rn+YW6i3b42Z3+rdfNh5kF5JswC4crqpiaAiEA
gueuDgtdHyfm+B+ARSrbXPVkETTmJhB0VejS3mYTggQ=
-----END CERTIFICATE-----`,
  root: `-----BEGIN CERTIFICATE-----
MIIBQjCB6KADAgECAgIQADAKBggqhkjOPQQDAjAPMQ0wCwYDVQQDDARSb290MCAX
DTIwMDEwMTAwMDAwMFoYDzIxMDAwMTAxMDAwMDAwWjAPMQ0wCwYDVQQDDARSb290
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEw2IAEFFaldJcs+1VdijuTFW2rOlt
stnuOPKZxCebAf65DBLvHkYTzDtfpauCxRj2ObAkoIrQwZYgHL60QwclfaMyMDAw
DwYDVR0TAQH/BAUwAwEB/zAdBgNVHQ4EFgQUHuJjRuIgVAOv5YWfUqoHEnxHRJsw
CgYIKoZIzj0EAwIDSQAwRgIhAN9Xt8EgSJUznsHp1+pOr5osYG6eJZgjwUUOXRqG
MXtwAiEAqLm3yJRX+qM7jjU4f7VK/IIKZ5OjtPhQCeRybh+dzWI=
-----END CERTIFICATE-----`
}

async function startServer (
  test: Test,
  { key, cert }: { key: string, cert: string } = WHOLE_CHAIN,
  onName: (name: string | false) => void = () => undefined
): Promise<number> {
  const server = createTlsServer({ key, cert }, (socket) => onName(socket.servername ?? false))
  return await listen(test, server.on('tlsClientError', () => undefined))
}

/** Runs the check on a given day. */
async function runOn (day: string, options: CertificateOptions): Promise<RunResult> {
  return await run(certificateWith({ date: () => new Date(day) }, { ca: CHAIN.root, ...options }))
}

await t.test('certificate() is DOWN with the reason when the server does not run or does not use TLS', async (t) => {
  const stopped = await refusingPort()
  t.match(await run(certificate({ host: '127.0.0.1', port: stopped })), {
    status: 'DOWN',
    details: { error: `connect ECONNREFUSED 127.0.0.1:${stopped}`, host: '127.0.0.1', port: stopped }
  })
  const plain = await listen(t, createServer((socket) => socket.end('220 smtp ready\r\n')))
  t.match(await run(certificate({ host: '127.0.0.1', port: plain })), {
    status: 'DOWN',
    details: { error: /wrong version number|packet length too long/ }
  })
  const closing = await listen(t, createServer((socket) => socket.end()))
  t.match(await run(certificate({ host: '127.0.0.1', port: closing })), {
    status: 'DOWN',
    details: { error: /disconnected before secure TLS connection|ECONNRESET|EPIPE/ }
  })
})

await t.test('certificate() is DOWN before the timeout when the server accepts no connection', async (t) => {
  t.match(await run(certificate({ host: '127.0.0.1', port: await blackHole(t) }), 200), {
    status: 'DOWN',
    details: { error: 'no answer within 180 ms' }
  })
})

await t.test('certificate() is DOWN and closes the connection when the server sends no handshake', async (t) => {
  let closed: Promise<void> | undefined
  const silent = await listen(t, createServer((socket) => {
    closed = new Promise((resolve) => {
      socket.resume().on('error', () => undefined).once('close', () => resolve())
    })
  }))
  t.match(await run(certificate({ host: '127.0.0.1', port: silent }), 200), {
    status: 'DOWN',
    details: { error: 'connected, but no TLS handshake within 180 ms' }
  })
  await closed
})

await t.test('certificate() is DOWN with the date when a certificate has expired or is not yet valid', async (t) => {
  const port = await startServer(t)
  t.match(await runOn('2019-12-31', { host: 'localhost', port }), {
    status: 'DOWN',
    details: {
      error: 'the certificate of DNS:localhost, IP Address:127.0.0.1 is not valid before 2020-01-01T00:00:00.000Z'
    }
  })
  t.match(await runOn('2100-01-02', { host: 'localhost', port, trusted: false }), {
    status: 'DOWN',
    details: { error: 'the certificate of DNS:localhost, IP Address:127.0.0.1 expired at 2100-01-01T00:00:00.000Z' }
  })
})

await t.test('certificate() is DOWN when an authority in the chain has expired', async (t) => {
  const port = await startServer(t)
  const expired = {
    status: 'DOWN',
    details: {
      error: 'the certificate of CN=Intermediate, O=Tests expired at 2090-01-01T00:00:00.000Z',
      validTo: '2100-01-01T00:00:00.000Z',
      firstToExpire: 'CN=Intermediate, O=Tests'
    }
  }
  t.match(await runOn('2090-01-02', { host: 'localhost', port, trusted: false }), expired)
  t.match(await runOn('2090-01-02', { host: 'localhost', port, ca: CERTIFICATE.cert }), expired, 'an untrusted chain')
})

await t.test('certificate() ignores an expired authority when the certificate is trusted without it', async (t) => {
  const { key, leaf, old, intermediate, root: ca } = RENEWED
  const port = await startServer(t, { key, cert: [leaf, old, intermediate].join('\n') })
  const run = await runOn('2030-01-01', { host: 'localhost', port, ca })
  t.match(run, { status: 'UP', details: { subject: 'CN=leaf', validTo: '2100-01-01T00:00:00.000Z', daysLeft: 25_567 } })
  t.notOk('firstToExpire' in (run.details ?? {}), 'the leaf expires before the remaining authorities')
  t.match(await runOn('2099-12-31', { host: 'localhost', port, ca }), {
    status: 'DEGRADED',
    details: { error: /^the certificate of CN=leaf expires in 1 days/ }
  })
})

await t.test('certificate() is DOWN when a needed authority has expired, or trust is not checked', async (t) => {
  const { key, leaf, old, intermediate, root: ca } = RENEWED
  const expired = { status: 'DOWN', details: { error: /^the certificate of CN=Intermediate expired at 2021/ } }
  const renewed = await startServer(t, { key, cert: [leaf, old, intermediate].join('\n') })
  t.match(await runOn('2030-01-01', { host: 'localhost', port: renewed, ca, trusted: false }), expired)
  const notRenewed = await startServer(t, { key, cert: [leaf, old].join('\n') })
  t.match(await runOn('2030-01-01', { host: 'localhost', port: notRenewed, ca }), expired)
})

await t.test('certificate() is DOWN when a certificate is not trusted, unless trust is not checked', async (t) => {
  const selfSigned = await startServer(t, CERTIFICATE)
  t.match(await run(certificate({ host: 'localhost', port: selfSigned })), {
    status: 'DOWN',
    details: { error: 'the certificate is not trusted for localhost: DEPTH_ZERO_SELF_SIGNED_CERT' }
  })
  t.match(await run(certificate({ host: 'localhost', port: selfSigned, trusted: false })), {
    status: 'UP',
    details: { subject: 'CN=localhost', issuer: 'CN=localhost' }
  })
  const incomplete = await startServer(t, { key: CHAIN.key, cert: CHAIN.leaf })
  t.match(await runOn('2030-01-01', { host: 'localhost', port: incomplete }), {
    status: 'DOWN',
    details: { error: /UNABLE_TO_VERIFY_LEAF_SIGNATURE$/ }
  })
  t.match(await runOn('2030-01-01', { host: 'localhost', port: incomplete, trusted: false }), { status: 'UP' })
})

await t.test('certificate() is DOWN when a certificate is for another name, unless trust is not checked', async (t) => {
  const port = await startServer(t)
  const options = { host: 'localhost', port, servername: 'shop.example' }
  t.match(await runOn('2030-01-01', options), {
    status: 'DOWN',
    details: { error: 'the certificate is not trusted for shop.example: ERR_TLS_CERT_ALTNAME_INVALID' }
  })
  t.match(await runOn('2030-01-01', { ...options, trusted: false }), { status: 'UP' })
})

await t.test('certificate() is DEGRADED when the first certificate to expire has too few days left', async (t) => {
  const port = await startServer(t)
  t.match(await runOn('2089-12-19T00:00:01Z', { host: 'localhost', port }), {
    status: 'DEGRADED',
    details: {
      error: 'the certificate of CN=Intermediate, O=Tests expires in 12 days, at 2090-01-01T00:00:00.000Z',
      daysLeft: 12,
      warnDays: 14,
      firstToExpire: 'CN=Intermediate, O=Tests'
    }
  })
  t.match(await runOn('2089-12-18', { host: 'localhost', port }), { status: 'UP', details: { daysLeft: 14 } })
  t.match(await runOn('2089-12-31', { host: 'localhost', port, warnDays: 0 }), {
    status: 'UP',
    details: { daysLeft: 1, warnDays: 0 }
  })
})

await t.test('certificate() is UP with details of the certificate when the chain is trusted', async (t) => {
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

await t.test('certificate() sends the server name, but never an IP address, and completes the handshake', async (t) => {
  let onName: (name: string | false) => void = () => undefined
  const port = await startServer(t, WHOLE_CHAIN, (name) => onName(name))
  for (const [servername, expected] of [['localhost', 'localhost'], [undefined, false]] as const) {
    const name = new Promise((resolve) => { onName = resolve })
    t.match(await runOn('2030-01-01', { host: '127.0.0.1', port, servername }), { status: 'UP' })
    t.equal(await name, expected)
  }
})

await t.test('certificate() throws when an option is missing, wrong or unknown', (t) => {
  const cases: readonly [unknown, RegExp][] = [
    [{}, /option "certificate\.host" must be a string that is not empty/],
    [{ host: 'h', date: 1 }, /unknown option "certificate\(\)\.date", expected one of host,/],
    [{ host: 'h', port: 70_000 }, /option "certificate\.port"/],
    [{ host: 'h', servername: '' }, /option "certificate\.servername"/],
    [{ host: 'h', warnDays: -1 }, /option "certificate\.warnDays" must be a whole number of days from 0 to 36500/],
    [{ host: 'h', trusted: 'no' }, /option "certificate\.trusted" must be true or false/],
    [{ host: 'h', ca: 'root.pem' }, NOT_PEM],
    [{ host: 'h', ca: [] }, /option "certificate\.ca" must be an array that is not empty/],
    [{ host: 'h', ca: new X509Certificate(CHAIN.root).raw }, NOT_PEM],
    [{ host: 'h', ca: CHAIN.key }, NOT_PEM],
    [{ host: 'h', ca: [CHAIN.root, 5] }, /option "certificate\.ca\[1\]" must be a certificate .*, got a value of the type number/]
  ]
  for (const [options, message] of cases) {
    const make = (): unknown => Reflect.apply(certificate, undefined, [options])
    t.throws(make, { code: 'FST_MANAGEMENT_OPTION_INVALID', message }, message.source)
  }
  t.end()
})
