import { isIP } from 'node:net'
import { checkServerIdentity, connect } from 'node:tls'
import type { SecureContext, TLSSocket } from 'node:tls'
import { systemClock } from '../../base/clock.js'
import type { Clock } from '../../base/clock.js'
import { reasonOf } from '../../base/describe.js'
import type { CheckFunction } from '../../health/check/check-function.js'
import { flag, integer, text, withDefault } from '../../base/rules.js'
import { readyMadeOptions } from '../kit/ready-made-options.js'
import { certificateChain } from './certificate-chain.js'
import type { ChainLink } from './certificate-chain.js'
import { port } from '../kit/rules.js'
import { readyMade } from '../kit/ready-made.js'
import { CheckFailure, timed } from '../kit/result.js'
import type { Details } from '../kit/result.js'
import { lookup } from './lookup.js'
import { assertIdentity, secureContext, TLS_RULES } from './tls-options.js'
import type { Pem, TlsSettings } from './tls-options.js'
import { waitUntilOpen } from './wait-until-open.js'

/**
 * The options of `certificate()`.
 *
 * @see `docs/ready-made-checks.md#certificate`
 */
export interface CertificateOptions {
  /**
   * The server's name or IP address.
   *
   * @example { host: 'shop.example.com' }
   * @see `docs/ready-made-checks.md#certificate`
   */
  readonly host: string
  /**
   * The server's port, from 1 to 65535.
   *
   * @default 443
   * @example { host: 'shop.example.com', port: 8443 }
   * @see `docs/ready-made-checks.md#certificate`
   */
  readonly port?: number | undefined
  /**
   * The name that the client sends to the server, and that the certificate must contain.
   *
   * @default the value of `host`
   * @example { host: '10.0.0.7', servername: 'shop.example.com' }
   * @see `docs/ready-made-checks.md#certificate`
   */
  readonly servername?: string | undefined
  /**
   * The number of days before the end in which the check is `DEGRADED`.
   *
   * @default 14
   * @example { host: 'shop.example.com', warnDays: 21 }
   * @see `docs/ready-made-checks.md#certificate`
   */
  readonly warnDays?: number | undefined
  /**
   * Trusted authorities in PEM.
   *
   * @default the authorities of Node.js
   * @example { host: 'shop.internal', ca: readFileSync('/tls/ca.crt') }
   * @see `docs/ready-made-checks.md#certificate`
   */
  readonly ca?: Pem | readonly Pem[] | undefined
  /**
   * The client's certificate in PEM, for a server that needs one.
   *
   * @default no client certificate
   * @example { host: 'shop.internal', cert: readFileSync('/tls/tls.crt'), key: readFileSync('/tls/tls.key') }
   * @see `docs/ready-made-checks.md#certificate`
   */
  readonly cert?: Pem | readonly Pem[] | undefined
  /**
   * The private key of `cert` in PEM, without a passphrase.
   *
   * @default no client certificate
   * @example { host: 'shop.internal', cert: readFileSync('/tls/tls.crt'), key: readFileSync('/tls/tls.key') }
   * @see `docs/ready-made-checks.md#certificate`
   */
  readonly key?: Pem | readonly Pem[] | undefined
  /**
   * Whether trust and name count too, not only the dates.
   *
   * @default true
   * @example { host: 'shop.internal', trusted: false }
   * @see `docs/ready-made-checks.md#certificate`
   */
  readonly trusted?: boolean | undefined
}

interface CertificateSettings extends TlsSettings {
  readonly host: string
  readonly port: number
  readonly servername: string | undefined
  readonly warnDays: number
  readonly trusted: boolean
}

const DAY_MS = 24 * 60 * 60 * 1_000

const readOptions = readyMadeOptions<CertificateSettings>('', {
  host: text,
  port: withDefault(port, 443),
  servername: withDefault(text, undefined),
  warnDays: withDefault(integer(0, 36_500, ' of days'), 14),
  ...TLS_RULES,
  trusted: withDefault(flag, true)
})

/**
 * Makes a check of a server's TLS certificates: dates, trust and name, with a warning before the end.
 *
 * @throws FST_MANAGEMENT_OPTION_INVALID
 * @example
 * const check = certificate({ host: 'shop.example.com', warnDays: 21 })
 * fastify.management.addCheck('health', 'certificate', check, { interval: 3_600_000 })
 * @see `docs/ready-made-checks.md#certificate`
 * @see https://www.rfc-editor.org/rfc/rfc5280#section-6
 */
export function certificate (options: CertificateOptions): CheckFunction {
  return certificateWith(systemClock, options)
}

/** Makes the check with another clock, for tests. */
export function certificateWith (clock: Pick<Clock, 'date'>, options: CertificateOptions): CheckFunction {
  const settings = assertIdentity(readOptions(options, 'certificate'), 'certificate')
  const { host, port } = settings
  const context = secureContext(settings)
  return readyMade(async ({ limit, details }) => {
    const socket = connectTo(settings, context)
    try {
      const handshake = timed(async () => await waitUntilOpen(socket, 'secureConnect'))
      const { latencyMs } = await limit.wait(handshake, () =>
        `${socket.connecting ? 'no answer' : 'connected, but no TLS handshake'} within ${limit.ms} ms`)
      Object.assign(details, { protocol: socket.getProtocol(), latencyMs })
      assertChain(socket, settings, { details, now: clock.date() })
    } finally {
      close(socket)
    }
  }, { host, port })
}

/** Accepts untrusted certificates, so that the check can read them. */
function connectTo ({ host, port, servername = host }: CertificateSettings, secureContext: SecureContext): TLSSocket {
  return connect({
    host,
    port,
    // A client must not send an IP address as the server's name (RFC 6066, section 3).
    servername: isIP(servername) === 0 ? servername : '',
    checkServerIdentity: (_name, certificate) => checkServerIdentity(servername, certificate),
    rejectUnauthorized: false,
    lookup: lookup.forSocket,
    secureContext
  })
}

/**
 * After a handshake, sends pending data before it closes the socket. Otherwise the server would report a broken
 * handshake. Before the end of the handshake, closes at once.
 */
function close (socket: TLSSocket): void {
  if (socket.getFinished() === undefined) socket.destroy()
  else socket.destroySoon()
}

function assertChain (
  socket: TLSSocket,
  { host, servername = host, warnDays, trusted }: CertificateSettings,
  { details, now }: { readonly details: Details, readonly now: Date }
): void {
  const sent = certificateChain(socket)
  const chain = trusted && socket.authorized ? sent.filter((link) => link === sent[0] || isValid(link, now)) : sent
  const first = chain.reduce((first, link) => link.validTo < first.validTo ? link : first)
  const daysLeft = Math.floor((first.validTo.getTime() - now.getTime()) / DAY_MS)
  Object.assign(details, sent[0], { daysLeft, warnDays }, first !== sent[0] && { firstToExpire: first.subject })
  for (const link of chain) assertDates(link, now)
  if (trusted && !socket.authorized) {
    throw new Error(`the certificate is not trusted for ${servername}: ${reasonOf(socket.authorizationError)}`)
  }
  if (daysLeft < warnDays) {
    const end = first.validTo.toISOString()
    throw new CheckFailure('DEGRADED', `the certificate of ${first.subject} expires in ${daysLeft} days, at ${end}`)
  }
}

/**
 * Returns whether the dates of a certificate are valid. OpenSSL does not need an invalid authority in a chain that it
 * trusts: it finds its own path to a trusted authority and checks the dates on that path. The server may send an
 * expired authority together with its renewal, or send an authority's certificate from an issuer that has expired.
 */
function isValid ({ validFrom, validTo }: ChainLink, now: Date): boolean {
  return now >= validFrom && now <= validTo
}

/** Also throws for an unreadable date, because any comparison with it is false. */
function assertDates ({ subject, validFrom, validTo }: ChainLink, now: Date): void {
  if (!(now >= validFrom)) {
    throw new Error(`the certificate of ${subject} is not valid before ${validFrom.toISOString()}`)
  }
  if (!(now <= validTo)) throw new Error(`the certificate of ${subject} expired at ${validTo.toISOString()}`)
}
