import { connect } from 'node:net'
import type { CheckFunction } from '../../health/check/check-function.js'
import { text } from '../../base/rules.js'
import { readyMadeOptions } from '../kit/ready-made-options.js'
import { port } from '../kit/rules.js'
import { readyMade } from '../kit/ready-made.js'
import { timed } from '../kit/result.js'
import { lookup } from './lookup.js'
import { waitUntilOpen } from './wait-until-open.js'

/** Options of `tcp`. */
export interface TcpOptions {
  /** The server's name or IP address. */
  readonly host: string
  /** The server's port, from 1 to 65535. */
  readonly port: number
}

const readOptions = readyMadeOptions<TcpOptions>('', { host: text, port })

/**
 * Makes a check that opens a TCP connection, as the kubelet's `tcpSocket` probe does, and closes it without sending
 * data. It is `UP` if the server accepts the connection, otherwise `DOWN` with the reason. The result shows that a
 * server listens, not that the server works. If a check sends a request to the same kind of server (`redis`, for
 * example), use that check.
 *
 * Add it to readiness if the app cannot work without the server, otherwise to `health`. Do not add it to liveness: a
 * restart does not repair a server.
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
      const { latencyMs } = await limit.wait(timed(async () => await waitUntilOpen(socket, 'connect')))
      Object.assign(details, { address: socket.remoteAddress, latencyMs })
    } finally {
      socket.destroy()
    }
  }, { host, port })
}
