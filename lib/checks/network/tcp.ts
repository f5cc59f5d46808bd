import { connect } from 'node:net'
import type { CheckFunction } from '../../health/check/check-function.js'
import { text } from '../../base/rules.js'
import { readyMadeOptions } from '../kit/ready-made-options.js'
import { port } from '../kit/rules.js'
import { readyMade } from '../kit/ready-made.js'
import { timed } from '../kit/result.js'
import { lookup } from './lookup.js'
import { waitUntilOpen } from './wait-until-open.js'

/**
 * The options of `tcp()`.
 *
 * @see `docs/ready-made-checks.md#tcp`
 */
export interface TcpOptions {
  /**
   * The server's name or IP address.
   *
   * @example { host: 'mail.internal', port: 25 }
   * @see `docs/ready-made-checks.md#tcp`
   */
  readonly host: string
  /**
   * The server's port, from 1 to 65535.
   *
   * @example { host: 'mail.internal', port: 25 }
   * @see `docs/ready-made-checks.md#tcp`
   */
  readonly port: number
}

const readOptions = readyMadeOptions<TcpOptions>('', { host: text, port })

/**
 * Makes a check that opens a TCP connection and closes it: it shows that a server listens, not that it works.
 *
 * @throws FST_MANAGEMENT_OPTION_INVALID
 * @example fastify.management.addCheck('health', 'mail', tcp({ host: 'mail.internal', port: 25 }))
 * @see `docs/ready-made-checks.md#tcp`
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
