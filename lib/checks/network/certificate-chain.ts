import type { PeerCertificate, TLSSocket } from 'node:tls'

/** A certificate of a chain. */
export interface ChainLink {
  /** Whose it is, as `CN=localhost, O=Tests`; where that is left empty, the names that it is for. */
  readonly subject: string
  readonly issuer: string
  readonly validFrom: Date
  readonly validTo: Date
}

/** As Node.js gives it; its types leave out that an issuer may not be known. */
interface ShownCertificate extends PeerCertificate {
  readonly issuerCertificate?: ShownCertificate
}

/** The certificates that a peer has shown, its own first, then each one's issuer as far as it is known. */
export function certificateChain (socket: TLSSocket): ChainLink[] {
  const chain = new Set<ShownCertificate>()
  let certificate: ShownCertificate | undefined = socket.getPeerCertificate(true)
  // One that is known to be its own issuer is the last, and so is one whose issuer is not known.
  while (certificate !== undefined && !chain.has(certificate)) {
    chain.add(certificate)
    certificate = certificate.issuerCertificate
  }
  return Array.from(chain, linkOf)
}

function linkOf ({ subject, subjectaltname = '', issuer, valid_from: from, valid_to: to }: ShownCertificate): ChainLink {
  return { subject: textOf(subject) || subjectaltname, issuer: textOf(issuer), validFrom: new Date(from), validTo: new Date(to) }
}

function textOf (name: object): string {
  return Object.entries(name).map(([key, value]) => `${key}=${String(value)}`).join(', ')
}
