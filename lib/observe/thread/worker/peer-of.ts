import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import type { Peer } from '../messages.js'

/** Copies the properties of a client's socket that a server reads. */
export function peerOf (socket: Socket): Peer {
  const { remoteAddress, remoteFamily, remotePort, localAddress, localPort } = socket
  const address = { remoteAddress, remoteFamily, remotePort, localAddress, localPort }
  return 'encrypted' in socket ? { ...address, ...tlsPropertiesOf(socket as TLSSocket) } : address
}

function tlsPropertiesOf (socket: TLSSocket): Partial<Peer> {
  const { authorized, authorizationError } = socket
  return { encrypted: true, authorized, authorizationError, certificate: socket.getPeerCertificate(true) }
}
