import { generateKeyPairSync } from 'node:crypto'
import { createServer } from 'node:https'
import type { RequestListener } from 'node:http'
import type { TlsOptions as ServerOptions } from 'node:tls'
import t from 'tap'
import { certificate } from '../../../lib/checks/network/certificate.js'
import { http } from '../../../lib/checks/network/http.js'
import { serviceDependency } from '../../../lib/checks/network/service-dependency.js'
import type { CheckFunction } from '../../../lib/health/check/check-function.js'
import { CERTIFICATE, CHAIN } from '../../support/certificate.js'
import { run } from '../../support/check.js'
import { listen } from '../../support/loopback.js'
import { readOptions } from '../../support/options.js'

type Test = Pick<typeof t, 'teardown'>

const SERVER = { key: CHAIN.key, cert: `${CHAIN.leaf}\n${CHAIN.intermediate}` }
/** The client certificate of the tests, which is its own authority. */
const CLIENT = { cert: CERTIFICATE.cert, key: CERTIFICATE.key }
const UP: RequestListener = (_request, response) => response.end('{"status":"UP"}')

async function startServer (test: Test, options: ServerOptions = {}, listener = UP): Promise<number> {
  return await listen(test, createServer({ ...SERVER, ...options }, listener).on('tlsClientError', () => undefined))
}

/** The checks that take certificates and a key, for a server of the loopback interface. */
function checksFor (port: number, tls: object): readonly CheckFunction[] {
  const url = `https://localhost:${port}/`
  return [serviceDependency(url, { tls }), http(url, { tls }), certificate({ host: 'localhost', port, ...tls })]
}

/** Every place that takes certificates and a key, with the path of the options. */
const PLACES: readonly (readonly [string, (tls: unknown) => unknown])[] = [
  ['serviceDependency.tls', (tls) => serviceDependency('https://h', { tls: tls as object })],
  ['http.tls', (tls) => http('https://h', { tls: tls as object })],
  ['certificate', (tls) => certificate({ host: 'h', ...(tls as object) })],
  ['serviceDependencies.users.tls', (tls) => readOptions({ serviceDependencies: { users: { url: 'h', tls } } })]
]

await t.test('a check is UP with the private authority of a server, and DOWN without it', async (t) => {
  const port = await startServer(t)
  const both = `${CERTIFICATE.cert}\n${CHAIN.root}`
  for (const ca of [CHAIN.root, Buffer.from(CHAIN.root), [CERTIFICATE.cert, CHAIN.root], both]) {
    for (const check of checksFor(port, { ca })) t.match(await run(check), { status: 'UP' })
  }
  const reason = /unable to get local issuer|UNABLE_TO_GET_ISSUER|self.signed certificate/i
  for (const check of checksFor(port, {})) t.match(await run(check), { status: 'DOWN', details: { error: reason } })
  for (const check of checksFor(port, { ca: CERTIFICATE.cert })) {
    t.match(await run(check), { status: 'DOWN', details: { error: reason } })
  }
})

await t.test('a check sends its client certificate to a server that requires one', async (t) => {
  for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
    const required = { requestCert: true, rejectUnauthorized: true, ca: CLIENT.cert, maxVersion }
    const port = await startServer(t, required)
    for (const check of checksFor(port, { ca: CHAIN.root, ...CLIENT })) t.match(await run(check), { status: 'UP' })
    const [service, page] = checksFor(port, { ca: CHAIN.root })
    for (const check of [service, page]) {
      t.match(check && await run(check), { status: 'DOWN', details: { error: /alert|ECONNRESET|hang up|EPIPE/ } })
    }
  }
})

await t.test('only the origin of the URL receives the client certificate', async (t) => {
  const seen: unknown[] = []
  const other = await startServer(t, { requestCert: true, rejectUnauthorized: false }, (request, response) => {
    seen.push((request.socket as unknown as { getPeerCertificate: () => object }).getPeerCertificate())
    response.end('{"status":"UP"}')
  })
  const port = await startServer(t, { requestCert: true, rejectUnauthorized: false }, (_request, response) => {
    response.writeHead(302, { location: `https://localhost:${other}/` }).end()
  })
  for (const check of checksFor(port, { ca: CHAIN.root, ...CLIENT }).slice(0, 2)) {
    t.match(await run(check), { status: 'UP' }, 'the authority is trusted for every server')
  }
  t.same(seen, [{}, {}])
})

await t.test('tls throws when a value is wrong, without showing it', (t) => {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 })
  const otherKey = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  const locked = privateKey.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'p' }).toString()
  const broken = CERTIFICATE.cert.replace('MIIBmz', 'AAAAAA')
  const cases: readonly [object, string, RegExp][] = [
    [{ ca: '/etc/tls/ca.crt' }, '.ca', /a certificate in PEM, not the path of a file, got a text that is not a/],
    [{ ca: '' }, '.ca', /a certificate in PEM/],
    [{ ca: broken }, '.ca', /a certificate in PEM/],
    [{ ca: `${CHAIN.root}\n${broken}` }, '.ca', /a certificate in PEM/],
    [{ ca: CHAIN.root.slice(0, -30) }, '.ca', /a certificate in PEM/],
    [{ ca: CERTIFICATE.key }, '.ca', /a certificate in PEM/],
    [{ ca: Buffer.from([0x30, 0x82, 1, 2]) }, '.ca', /a certificate in PEM/],
    [{ ca: [] }, '.ca', /an array that is not empty/],
    [{ ca: [CHAIN.root, 'hidden'] }, '.ca[1]', /a certificate in PEM/],
    [{ ca: 12_345_678 }, '.ca', /got a value of the type number$/],
    [{ ca: null }, '.ca', /got null$/],
    [{ ...CLIENT, cert: 'hidden' }, '.cert', /a certificate in PEM/],
    [{ ...CLIENT, key: 'hidden' }, '.key', /a private key in PEM without a passphrase, not the path of a file, got/],
    [{ ...CLIENT, key: CLIENT.cert }, '.key', /a private key in PEM/],
    [{ ...CLIENT, key: locked }, '.key', /a private key in PEM without a passphrase/],
    [{ cert: CLIENT.cert }, '', /"cert" and "key" belong together, got only "cert"$/],
    [{ key: CLIENT.key }, '', /"cert" and "key" belong together, got only "key"$/],
    [{ ...CLIENT, key: otherKey }, '', /belong together, got a certificate without its key/],
    [{ ...CLIENT, key: CHAIN.key }, '', /belong together, got a certificate without its key/],
    [{ ...CLIENT, key: [CLIENT.key, otherKey] }, '', /belong together, got a certificate without its key/],
    [{ cert: `${CHAIN.intermediate}\n${CHAIN.leaf}`, key: CHAIN.key }, '', /begins with the certificate of the key/]
  ]
  for (const [place, make] of PLACES) {
    for (const [tls, path, message] of cases) {
      t.throws(() => make(tls), { code: 'FST_MANAGEMENT_OPTION_INVALID', message }, `${place} ${message.source}`)
      try { make(tls) } catch (error) {
        t.ok(String(error).includes(`"${place}${path}"`), String(error))
        t.notMatch(String(error), /hidden|12345678|MII|MIG/)
      }
    }
  }
  t.end()
})

await t.test('tls throws when OpenSSL cannot use two certificates of the same type together', (t) => {
  const tls = { cert: [CLIENT.cert, `${CHAIN.leaf}\n${CHAIN.intermediate}`], key: [CHAIN.key, CLIENT.key] }
  const message = /certificates and keys that OpenSSL accepts, got key values mismatch$/
  for (const [place, make] of PLACES) {
    t.throws(() => make(tls), { code: 'FST_MANAGEMENT_OPTION_INVALID', message }, place)
  }
  t.end()
})

await t.test('tls throws when it is not an object, or has an unknown key', (t) => {
  for (const [place, make] of PLACES.filter(([path]) => path !== 'certificate')) {
    t.throws(() => make({ certificate: 'x' }), { code: 'FST_MANAGEMENT_OPTION_INVALID' }, place)
    t.throws(() => make('x'), { code: 'FST_MANAGEMENT_OPTION_INVALID' }, place)
  }
  t.end()
})

await t.test('tls throws with an http:// URL, unless it has no values', (t) => {
  const error = {
    code: 'FST_MANAGEMENT_OPTION_INVALID',
    message: 'option "http.tls" must be omitted with an http:// URL, which is not encrypted, got it with http://h:8080'
  }
  t.throws(() => http('http://h:8080/x', { tls: { ca: CHAIN.root } }), error)
  t.throws(() => serviceDependency('http://u:p@h', { tls: CLIENT }), { code: error.code, message: /serviceDependency\.tls/ })
  t.doesNotThrow(() => http('http://h', { tls: {} }))
  t.end()
})
