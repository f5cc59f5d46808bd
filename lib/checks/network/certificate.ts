import { X509Certificate } from 'node:crypto'
import { isIP } from 'node:net'
import { checkServerIdentity, connect } from 'node:tls'
import type { TLSSocket } from 'node:tls'
import { systemClock } from '../../base/clock.js'
import type { Clock } from '../../base/clock.js'
import { reasonOf } from '../../base/describe.js'
import { errors } from '../../errors.js'
import type { CheckFunction } from '../../health/check/check-function.js'
import { nonEmptyListOf, flag, integer, optionsOf, refuse, text, withDefault } from '../../base/rules.js'
import type { Rule } from '../../base/rules.js'
import { certificateChain } from './certificate-chain.js'
import type { ChainLink } from './certificate-chain.js'
import { port } from '../kit/rules.js'
import { readyMade } from '../kit/ready-made.js'
import { CheckFailure, timed } from '../kit/result.js'
import type { Details } from '../kit/result.js'
import { lookup } from './lookup.js'
import { opening } from './opening.js'

/** A certificate in PEM, or several in one text. */
export type Pem = string | Buffer

/** Whose certificate `certificate` looks at, and when it warns. */
export interface CertificateOptions {
  /** A name or an address. */
  readonly host: string
  /** From 1 to 65535. Default 443. */
  readonly port?: number | undefined
  /** The name that the certificate must be for, and that the server is told. Default the host. */
  readonly servername?: string | undefined
  /** For how many days it must still be valid, else the check is `DEGRADED`. Default 14. */
  readonly warnDays?: number | undefined
  /** Who vouches for certificates, in place of those that Node.js trusts. Default those. */
  readonly ca?: Pem | readonly Pem[] | undefined
  /** Whether it must be trusted, and for the name; `false` looks at the dates only. Default `true`. */
  readonly trusted?: boolean | undefined
}

interface CertificateSettings {
  readonly host: string
  readonly port: number
  readonly servername: string | undefined
  readonly warnDays: number
  readonly ca: readonly Pem[] | undefined
  readonly trusted: boolean
}

const DAY_MS = 24 * 60 * 60 * 1_000

const PEM_EXPECTED = 'a certificate in PEM, not the path of one'

/** What came is not said in the error: it may be a key. */
const pem: Rule<Pem> = (value, option) => {
  if (typeof value !== 'string' && !Buffer.isBuffer(value)) return refuse(value, option, PEM_EXPECTED)
  if (!isCertificate(value)) throw new errors.OptionInvalid(option, PEM_EXPECTED, 'a text that is none')
  return value
}

/** OpenSSL reads the binary form (DER) here too, but takes no authority from it. */
function isCertificate (value: Pem): boolean {
  try {
    new X509Certificate(value).toString()
    return value.includes('-----BEGIN ')
  } catch {
    return false
  }
}

const authorities: Rule<readonly Pem[]> = (value, option) => Array.isArray(value) ? nonEmptyListOf(pem)(value, option) : [pem(value, option)]

const readOptions = optionsOf<CertificateSettings>({
  host: text,
  port: withDefault(port, 443),
  servername: withDefault(text, undefined),
  warnDays: withDefault(integer(0, 36_500, ' of days'), 14),
  ca: withDefault(authorities, undefined),
  trusted: withDefault(flag, true)
})

/**
 * Makes a check of the certificates that a server shows over TLS, from its own up to the root. It is `DOWN` where one of them has
 * expired or is not yet valid, and where they are not trusted or for another name; `DEGRADED` where the first to end has fewer
 * days left than it should. An authority that has expired counts for nothing where the certificate is trusted without it, as by
 * another that has its name and key.
 *
 * For `health`, with an `interval` of an hour or so: nothing changes quickly. Not for liveness: a restart renews nothing.
 *
 * @throws FST_MANAGEMENT_OPTION_INVALID
 * @example
 * fastify.management.addCheck('health', 'certificate', certificate({ host: 'shop.example.com', warnDays: 21 }), { interval: 3_600_000 })
 * @see https://www.rfc-editor.org/rfc/rfc5280#section-6 for what makes a chain valid, and RFC 9525 for whose it is
 */
export function certificate (options: CertificateOptions): CheckFunction {
  return certificateBy(systemClock, options)
}

/** Makes the check with another calendar. */
export function certificateBy (clock: Pick<Clock, 'date'>, options: CertificateOptions): CheckFunction {
  const settings = readOptions(options, 'certificate')
  const { host, port } = settings
  return readyMade(async ({ limit, details }) => {
    const socket = connectTo(settings)
    try {
      const opened = timed(async () => await opening(socket, 'secureConnect'))
      const { latencyMs } = await limit.wait(opened, () =>
        `${socket.connecting ? 'no answer' : 'connected, but no handshake of TLS'} within ${limit.ms} ms`)
      Object.assign(details, { protocol: socket.getProtocol(), latencyMs })
      judge(socket, settings, { details, now: clock.date() })
    } finally {
      close(socket)
    }
  }, { host, port })
}

/** What is not trusted is let in to be looked at. */
function connectTo ({ host, port, servername = host, ca }: CertificateSettings): TLSSocket {
  return connect({
    host,
    port,
    // An address is no name that a server may be told (RFC 6066, section 3).
    servername: isIP(servername) === 0 ? servername : '',
    checkServerIdentity: (_name, certificate) => checkServerIdentity(servername, certificate),
    rejectUnauthorized: false,
    lookup: lookup.forSocket,
    ...(ca !== undefined && { ca: [...ca] })
  })
}

/** Lets what ends a handshake reach the server, which would else take it for broken off. What is not that far is ended at once. */
function close (socket: TLSSocket): void {
  if (socket.getFinished() === undefined) socket.destroy()
  else socket.destroySoon()
}

function judge (
  socket: TLSSocket,
  { host, servername = host, warnDays, trusted }: CertificateSettings,
  { details, now }: { readonly details: Details, readonly now: Date }
): void {
  const shown = certificateChain(socket)
  const chain = trusted && socket.authorized ? shown.filter((link) => link === shown[0] || isValid(link, now)) : shown
  const first = chain.reduce((first, link) => link.validTo < first.validTo ? link : first)
  const daysLeft = Math.floor((first.validTo.getTime() - now.getTime()) / DAY_MS)
  Object.assign(details, shown[0], { daysLeft, warnDays }, first !== shown[0] && { firstToExpire: first.subject })
  for (const link of chain) assertDates(link, now)
  if (trusted && !socket.authorized) throw new Error(`the certificate is not trusted for ${servername}: ${reasonOf(socket.authorizationError)}`)
  if (daysLeft < warnDays) throw new CheckFailure('DEGRADED', `the certificate of ${first.subject} expires in ${daysLeft} days, at ${first.validTo.toISOString()}`)
}

/**
 * What is shown need not be the path by which it is trusted: OpenSSL has looked for one, and at the dates in it. An authority out of
 * date is then one that it did without: signed by another that has expired since, or sent along with what renewed it.
 */
function isValid ({ validFrom, validTo }: ChainLink, now: Date): boolean {
  return now >= validFrom && now <= validTo
}

/** Fails closed on a date that cannot be read, which is neither before nor after another. */
function assertDates ({ subject, validFrom, validTo }: ChainLink, now: Date): void {
  if (!(now >= validFrom)) throw new Error(`the certificate of ${subject} is not valid before ${validFrom.toISOString()}`)
  if (!(now <= validTo)) throw new Error(`the certificate of ${subject} has expired at ${validTo.toISOString()}`)
}
