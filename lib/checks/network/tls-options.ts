import { createPrivateKey, X509Certificate } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { createSecureContext } from 'node:tls'
import type { SecureContext } from 'node:tls'
import { attemptOr } from '../../base/attempt-or.js'
import { reasonOf } from '../../base/describe.js'
import { optionsOf } from '../../base/option-table.js'
import { nonEmptyListOf, withDefault } from '../../base/rules.js'
import type { Rule } from '../../base/rules.js'
import { errors } from '../../errors.js'
import { refuseSecret } from '../kit/rules.js'

/**
 * Certificates or private keys in PEM.
 *
 * @see `docs/options.md#servicedependencies`
 */
export type Pem = string | Buffer

/**
 * The trust and the identity of a client that connects with TLS.
 *
 * @example { ca: readFileSync('/tls/ca.crt') }
 * @see `docs/service-dependencies.md#tls-and-http2`
 */
export interface TlsOptions {
  /**
   * Trusted authorities in PEM; one text may contain several certificates.
   *
   * @default the authorities of Node.js
   * @example { ca: readFileSync('/tls/ca.crt') }
   * @see `docs/service-dependencies.md#tls-and-http2`
   */
  readonly ca?: Pem | readonly Pem[] | undefined
  /**
   * The client's certificate in PEM, followed by its intermediate authorities in the same text.
   *
   * @default no client certificate
   * @example { cert: readFileSync('/tls/tls.crt'), key: readFileSync('/tls/tls.key') }
   * @see `docs/service-dependencies.md#tls-and-http2`
   */
  readonly cert?: Pem | readonly Pem[] | undefined
  /**
   * The private key of `cert` in PEM, without a passphrase.
   *
   * @default no client certificate
   * @example { cert: readFileSync('/tls/tls.crt'), key: readFileSync('/tls/tls.key') }
   * @see `docs/service-dependencies.md#tls-and-http2`
   */
  readonly key?: Pem | readonly Pem[] | undefined
}

/** The parts of `TlsOptions` as lists. A missing list is `undefined`. */
export interface TlsSettings {
  readonly ca: readonly Pem[] | undefined
  readonly cert: readonly Pem[] | undefined
  readonly key: readonly Pem[] | undefined
}

/** The TLS settings of a check: for the URL's own origin, and for another origin after a redirect. */
export interface TlsContexts {
  readonly own: SecureContext
  readonly other: SecureContext
}

const CERTIFICATE_EXPECTED = 'a certificate in PEM, not the path of a file'
const KEY_EXPECTED = 'a private key in PEM without a passphrase, not the path of a file'

/** Matches each certificate in a text. OpenSSL skips a broken certificate, so each must be read by itself. */
const CERTIFICATES = /-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----[^]*?(?:-----END [^-]*-----|$)/g

/** The error does not show the value, because the value may be a private key. */
const certificatePem = pemRule(CERTIFICATE_EXPECTED, 'a text that is not a certificate', (text) => {
  const certificates = text.match(CERTIFICATES) ?? []
  return certificates.map((certificate) => new X509Certificate(certificate)).length > 0
})

const keyPem = pemRule(KEY_EXPECTED, 'a text that is not such a key', (text) =>
  createPrivateKey(text).type === 'private')

/** The rules of `ca`, `cert` and `key`, each a value or a list of values. */
export const TLS_RULES = {
  ca: withDefault(oneOrMore(certificatePem), undefined),
  cert: withDefault(oneOrMore(certificatePem), undefined),
  key: withDefault(oneOrMore(keyPem), undefined)
}

const readTls: Rule<TlsSettings> = optionsOf(TLS_RULES)

/** The rule of `tls`. */
export const tlsOptions: Rule<TlsSettings> = (value, path) => assertIdentity(readTls(value, path), path)

/**
 * Returns settings whose certificates and keys belong together, and which OpenSSL accepts.
 *
 * @throws FST_MANAGEMENT_OPTION_INVALID
 */
export function assertIdentity<Settings extends TlsSettings> (settings: Settings, path: string): Settings {
  const { ca, cert, key } = settings
  const expected = 'an object whose "cert" and "key" belong together'
  if ((cert === undefined) !== (key === undefined)) {
    throw new errors.OptionInvalid(path, expected, `only "${cert === undefined ? 'key' : 'cert'}"`)
  }
  if (cert !== undefined && key !== undefined && !belongTogether(cert, key)) {
    throw new errors.OptionInvalid(path, expected, 'a certificate without its key, or a key without its certificate; ' +
      'the text of a certificate begins with the certificate of the key')
  }
  try {
    secureContext({ ca, cert, key })
    return settings
  } catch (error) {
    throw new errors.OptionInvalid(path, 'an object with certificates and keys that OpenSSL accepts', reasonOf(error))
  }
}

/**
 * Makes the contexts of a check, which reads the certificates only once.
 *
 * @throws FST_MANAGEMENT_OPTION_INVALID if the connection to the URL would not be encrypted
 */
export function tlsContexts (url: URL, tls: TlsSettings | undefined, path: string): TlsContexts | undefined {
  if (tls === undefined) return undefined
  const { ca, cert, key } = tls
  if (ca === undefined && cert === undefined) return undefined
  if (url.protocol !== 'https:') {
    throw new errors.OptionInvalid(path, 'omitted with an http:// URL, which is not encrypted', `it with ${url.origin}`)
  }
  return { own: secureContext({ ca, cert, key }), other: secureContext({ ca, cert: undefined, key: undefined }) }
}

/** Reads certificates and keys for the connections of a check. */
export function secureContext ({ ca, cert, key }: TlsSettings): SecureContext {
  return createSecureContext({
    ...(ca !== undefined && { ca: [...ca] }),
    ...(cert !== undefined && { cert: [...cert] }),
    ...(key !== undefined && { key: [...key] })
  })
}

function belongTogether (certs: readonly Pem[], keys: readonly Pem[]): boolean {
  const certificates = certs.map((cert) => new X509Certificate(cert))
  const privateKeys = keys.map((key) => createPrivateKey(key.toString()))
  const fits = (certificate: X509Certificate, key: KeyObject): boolean =>
    attemptOr(() => certificate.checkPrivateKey(key), false)
  return certificates.every((certificate) => privateKeys.some((key) => fits(certificate, key))) &&
    privateKeys.every((key) => certificates.some((certificate) => fits(certificate, key)))
}

function oneOrMore (rule: Rule<Pem>): Rule<readonly Pem[]> {
  const list = nonEmptyListOf(rule)
  return (value, path) => Array.isArray(value) ? list(value, path) : [rule(value, path)]
}

/** Accepts PEM as text or as a buffer. OpenSSL also parses the binary form (DER), but reads no authorities from it. */
function pemRule (expected: string, received: string, isValid: (text: string) => boolean): Rule<Pem> {
  return (value, path) => {
    if (typeof value !== 'string' && !Buffer.isBuffer(value)) return refuseSecret(value, path, expected)
    const text = value.toString()
    if (text.includes('-----BEGIN ') && attemptOr(() => isValid(text), false)) return value
    throw new errors.OptionInvalid(path, expected, received)
  }
}
