import http from 'node:http'
import type { RequestListener, Server } from 'node:http'
import type { ThreadData } from '../messages.js'
import { limitConnections, limitPipelining, makeRoom } from '../server-limits.js'
import { refuseBrokenRequest } from './client-errors.js'

/**
 * Creates the server of the port, with the limits that it also has without a thread. Loads TLS only if it is needed,
 * because it takes 1 MB.
 */
export function createPortServer (
  { https: tls, limits }: Pick<ThreadData, 'https' | 'limits'>, serve: RequestListener, onCrowded: () => void
): Server {
  const parsing = { insecureHTTPParser: false, requireHostHeader: true }
  const server = tls === undefined
    ? http.createServer(parsing, serve)
    : process.getBuiltinModule('node:https').createServer({ ...tls, ...parsing }, serve)
  limitConnections(server, limits)
  makeRoom(server, onCrowded)
  limitPipelining(server)
  return server.on('clientError', refuseBrokenRequest)
}
