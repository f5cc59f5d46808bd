import type { PeerCertificate, TLSSocket } from 'node:tls'

/** A certificate of a chain. */
export interface ChainLink {
  /** The owner (`CN=localhost, O=Tests`). If the certificate has no owner, its alternative names. */
  readonly subject: string
  readonly issuer: string
  readonly validFrom: Date
  readonly validTo: Date
}

/** A certificate from Node.js. The types of Node.js do not show that the issuer's certificate can be missing. */
interface LinkedCertificate extends PeerCertificate {
  readonly issuerCertificate?: LinkedCertificate
}

/** Returns the certificates of the server: its own first, then each known issuer. */
export function certificateChain (socket: TLSSocket): ChainLink[] {
  const chain = new Set<LinkedCertificate>()
  let certificate: LinkedCertificate | undefined = socket.getPeerCertificate(true)
  // The chain ends with a certificate that is its own issuer, or whose issuer is unknown.
  while (certificate !== undefined && !chain.has(certificate)) {
    chain.add(certificate)
    certificate = certificate.issuerCertificate
  }
  return Array.from(chain, linkOf)
}

function linkOf (certificate: LinkedCertificate): ChainLink {
  const { subject, subjectaltname = '', issuer, valid_from: from, valid_to: to } = certificate
  return {
    subject: textOf(subject) || subjectaltname,
    issuer: textOf(issuer),
    validFrom: new Date(from),
    validTo: new Date(to)
  }
}

function textOf (name: object): string {
  return Object.entries(name).map(([key, value]) => `${key}=${String(value)}`).join(', ')
}
