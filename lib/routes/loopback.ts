import type { FastifyInstance } from 'fastify'
import type { Logger } from '../base/logger.js'
import { logSafely } from '../base/safe-log.js'

/** The addresses of a server: an address and a port, or the path of a Unix socket. */
type Addresses = readonly (string | { readonly address: string })[]

/** A server that the plugin opens on a separate port. */
interface OwnServer {
  readonly addresses: Addresses
}

/**
 * Warns once if the app listens on loopback only, and once if the separate server does. The kubelet and other pods
 * connect to the pod's own address, so they could not reach the port. Register the `onReady` hook after the hook that
 * opens the separate server.
 *
 * @see https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#container-probes
 */
export function warnOfLoopback (fastify: FastifyInstance, server: OwnServer | undefined): void {
  const { log } = fastify
  if (server !== undefined) {
    fastify.addHook('onReady', (done) => {
      warnIfLoopback(log, 'the management endpoints listen', 'listen.host', server.addresses)
      done()
    })
  }
  let isWarned = false
  fastify.addHook('onListen', (done) => {
    isWarned ||= warnIfLoopback(log, 'the app listens', 'host', fastify.addresses())
    done()
  })
}

function warnIfLoopback (log: Logger, subject: string, option: string, addresses: Addresses): boolean {
  if (addresses.length === 0 || !addresses.every(isLoopback)) return false
  logSafely(log, 'warn', { addresses },
    `${subject} on loopback only, so probes and traffic from outside the pod fail: ` +
    `set the option "${option}" to "0.0.0.0" or "::". Exec probes and sidecars in the pod are not affected`)
  return true
}

/** IPv4 loopback is 127.0.0.0/8 (RFC 1122, section 3.2.1.3), also mapped to IPv6. A Unix socket is no loopback. */
function isLoopback (address: Addresses[number]): boolean {
  if (typeof address === 'string') return false
  const ip = address.address.toLowerCase()
  return ip === '::1' || ip.replace(/^::ffff:/, '').startsWith('127.')
}
