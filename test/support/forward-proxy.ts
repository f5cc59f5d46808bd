import { createServer, request } from 'node:http'
import { connect } from 'node:net'
import type t from 'tap'
import { listen } from './loopback.js'

/** A forward proxy, and the targets that clients have requested from it: URLs for HTTP, `HOST:PORT` for tunnels. */
export interface ForwardProxy {
  readonly url: string
  readonly targets: readonly string[]
}

/** Whether this Node.js can use the proxy of the environment for its own requests. */
export const KNOWS_PROXIES = process.allowedNodeEnvironmentFlags.has('--use-env-proxy')

/** Starts a forward proxy that sends every request to one server of the loopback interface. */
export async function startForwardProxy (test: Pick<typeof t, 'teardown'>, port: number): Promise<ForwardProxy> {
  const targets: string[] = []
  const server = createServer((incoming, response) => {
    targets.push(incoming.url ?? '')
    const { pathname } = new URL(incoming.url ?? '')
    const { method, headers } = incoming
    request({ host: '127.0.0.1', port, path: pathname, method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 0, answer.headers)
      answer.pipe(response)
    }).on('error', () => response.destroy()).end()
  })
  server.on('connect', ({ url = '' }, client) => {
    targets.push(url)
    const tunnel = connect(port, '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection Established\r\n\r\n')
      tunnel.pipe(client).pipe(tunnel)
    }).on('error', () => client.destroy())
    client.on('error', () => tunnel.destroy()).on('close', () => tunnel.destroy())
  })
  return { url: `http://127.0.0.1:${await listen(test, server)}`, targets }
}
