import { join } from 'node:path'
import t from 'tap'
import { listen } from '../../lib/options/listen-option.js'
import { CERTIFICATE, CHAIN } from '../support/certificate.js'

const CODE = 'FST_MANAGEMENT_OPTION_INVALID'

function messageFor (value: unknown): string {
  try {
    listen(value, 'listen')
  } catch (error) {
    const { code, message } = error as Error & { readonly code: string }
    return code === CODE ? message : `${code}: ${message}`
  }
  return 'no error'
}

await t.test('listen has the host 127.0.0.1 and no TLS by default', (t) => {
  const address = { host: '127.0.0.1', port: 9000 }
  t.same(listen({ port: 9000 }, 'listen'), { address, https: undefined, watch: true })
  t.end()
})

await t.test('listen.path becomes absolute, and replaces the host and the port', (t) => {
  t.same(listen({ path: 'z.sock' }, 'listen').address, { path: join(process.cwd(), 'z.sock'), mode: undefined })
  t.same(listen({ path: '/run/z.sock', mode: 0o660 }, 'listen').address, { path: '/run/z.sock', mode: 0o660 })
  t.end()
})

await t.test('listen.path is refused if the system would cut it', (t) => {
  t.same(listen({ path: `/${'x'.repeat(102)}` }, 'listen').address, { path: `/${'x'.repeat(102)}`, mode: undefined })
  const expected = 'option "listen.path" must be the path of a Unix socket with at most 103 bytes'
  t.equal(messageFor({ path: `/${'x'.repeat(103)}` }),
    `${expected}, for example "/run/management.sock", got one of 104 bytes`)
  t.match(messageFor({ path: `/${'ü'.repeat(60)}` }), /got one of 121 bytes$/)
  t.equal(messageFor({ path: '/run/\0z' }),
    `${expected} and without the character U+0000, got the string "/run/\\u0000z"`)
  t.match(messageFor({ path: '' }), /^option "listen\.path" must be a string that is not empty/)
  t.match(messageFor({ path: 5 }), /^option "listen\.path" must be a string that is not empty, got the number 5/)
  t.end()
})

await t.test('listen.https accepts the TLS options of Node', (t) => {
  const { key, cert } = CERTIFICATE
  for (const https of [
    { key, cert },
    { key: [key], cert: [Buffer.from(cert)], ca: [cert], requestCert: true, minVersion: 'TLSv1.3' },
    { SNICallback: () => undefined }
  ]) t.match(listen({ port: 0, https }, 'listen').https, https)
  t.end()
})

await t.test('listen.https is refused without a certificate and its key', (t) => {
  const { key, cert } = CERTIFICATE
  const expected = 'option "listen.https" must be an object of TLS options with "cert" and "key", or with "pfx", got '
  for (const [https, received] of [
    [{}, 'an object without a certificate'],
    [{ cert }, 'an object without a "key"'],
    [{ cert, key: [] }, 'an object without a "key"'],
    [{ key }, 'an object without a "cert"'],
    [true, 'a value of the type boolean'],
    [key, 'a value of the type string'],
    [[key], 'an array of 1'],
    [null, 'null'],
    [{ get cert () { throw new Error('no') } }, 'an object']
  ] as const) t.equal(messageFor({ port: 0, https }), expected + received)
  t.end()
})

await t.test('listen.https is refused with the reason of Node, and without the values', (t) => {
  const { key, cert } = CERTIFICATE
  const expected = 'option "listen.https" must be TLS options that Node.js accepts, ' +
    'with certificates and keys in PEM, not as paths of files, got '
  for (const [https, reason] of [
    [{ cert: '/tls/tls.crt', key: '/tls/tls.key' }, /no start line$/],
    [{ cert, key: CHAIN.key }, /key values mismatch$/],
    [{ cert, key: 12_345_678 }, /property must be of type [^8]*$/],
    [{ cert, key, minVersion: 'TLSv9' }, /"TLSv9" is not a valid minimum TLS protocol version$/],
    [{ cert, key, passphrase: 12_345_678 }, /property must be of type string\.$/],
    [{ pfx: 'hunter2' }, /not enough data/]
  ] as const) {
    const message = messageFor({ port: 0, https })
    t.ok(message.startsWith(expected), message)
    t.match(message, reason)
    t.notMatch(message, /12345678|hunter2/)
  }
  t.end()
})
