import { connect } from 'node:net'
import type { CheckFunction } from '../../health/check/check-function.js'
import { optionsOf, text } from '../../base/rules.js'
import { port } from '../kit/rules.js'
import { readyMade } from '../kit/ready-made.js'
import { timed } from '../kit/result.js'
import { lookup } from './lookup.js'
import { opening } from './opening.js'

/** Where `tcp` connects to. */
export interface TcpOptions {
  /** A name or an address. */
  readonly host: string
  /** From 1 to 65535. */
  readonly port: number
}

const readOptions = optionsOf<TcpOptions>({ host: text, port })

/**
 * Makes a check that opens a TCP connection, as the kubelet's `tcpSocket` probe does. It is `UP` when the connection is accepted, and
 * closes it right away, without a word; else it is `DOWN` with the reason. It says that something listens, not that it works:
 * where there is a check that asks the server something, use that.
 *
 * For readiness where the app can do nothing without the server, else for `health`. Not for liveness: a restart does not mend
 * a server.
 *
 * @throws FST_MANAGEMENT_OPTION_INVALID
 * @example
 * fastify.management.addCheck('health', 'mail', tcp({ host: 'mail.internal', port: 25 }))
 * @see https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/
 */
export function tcp (options: TcpOptions): CheckFunction {
  const { host, port } = readOptions(options, 'tcp')
  return readyMade(async ({ limit, details }) => {
    const socket = connect({ host, port, lookup: lookup.forSocket })
    try {
      const { latencyMs } = await limit.wait(timed(async () => await opening(socket, 'connect')))
      Object.assign(details, { address: socket.remoteAddress, latencyMs })
    } finally {
      socket.destroy()
    }
  }, { host, port })
}
