import nodeHttps from 'node:https'
import type { TlsOptions } from 'node:tls'
import { attemptOr } from '../base/attempt-or.js'
import { describe, reasonOf } from '../base/describe.js'
import type { Rule } from '../base/rules.js'
import { isKeyed } from '../base/type-guards.js'
import { errors } from '../errors.js'

const EXPECTED = 'an object of TLS options with "cert" and "key", or with "pfx"'
const EXPECTED_BY_NODE = 'TLS options that Node.js accepts, with certificates and keys in PEM, not as paths of files'

/** Accepts the TLS options of a server, and copies them. No message shows a value, which may be a private key. */
export const https: Rule<TlsOptions> = (value, path) => {
  const options: TlsOptions | undefined = isKeyed(value) ? attemptOr(() => ({ ...value }), undefined) : undefined
  if (options === undefined) {
    const received = typeof value === 'object' ? describe(value) : `a value of the type ${typeof value}`
    throw new errors.OptionInvalid(path, EXPECTED, received)
  }
  if (!hasIdentity(options)) throw new errors.OptionInvalid(path, EXPECTED, `an object without ${missingPart(options)}`)
  try {
    nodeHttps.createServer(options)
    return options
  } catch (error) {
    throw new errors.OptionInvalid(path, EXPECTED_BY_NODE, reasonOf(error).replace(/ Received [^]*$/, ''))
  }
}

/** Without a certificate, the server would listen, and every handshake would fail. */
function hasIdentity ({ cert, key, pfx, SNICallback }: TlsOptions): boolean {
  return (isGiven(cert) && isGiven(key)) || isGiven(pfx) || isGiven(SNICallback)
}

function missingPart ({ cert, key }: TlsOptions): string {
  if (isGiven(cert)) return 'a "key"'
  return isGiven(key) ? 'a "cert"' : 'a certificate'
}

/** Node takes empty values as missing. */
function isGiven (value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : Boolean(value)
}
