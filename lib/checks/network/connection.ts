import http from 'node:http'
import https from 'node:https'
import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import type { SecureContext } from 'node:tls'
import { firstSet } from '../../base/environment.js'
import { onAbort } from '../../base/on-abort.js'
import { ALPN_PROTOCOLS, endpointOf, serverNameOf } from '../../probe/http-exchange.js'
import { lookup } from './lookup.js'

/** The options of an agent, with the environment variables that name proxies. The types of Node.js 20 lack them. */
interface ProxyOptions extends https.AgentOptions {
  readonly proxyEnv?: Readonly<Record<string, string | undefined>> | undefined
}

/** The parameters of a TLS connection. */
export interface SecureConnection {
  /** The value of the header `host`, if the request sets it. The certificate must contain this name. */
  readonly name: unknown
  readonly context: SecureContext | undefined
  readonly signal: AbortSignal
}

/** Makes the agent for one `http://` request, so that each request has its own connection. */
export function plainAgent (): http.Agent {
  return new http.Agent(withProxy(http.globalAgent))
}

/** Calls back when a connection is open, to the server or to a proxy. */
export function whenOpen (socket: Socket, callback: () => void): void {
  socket.once(socket instanceof TLSSocket ? 'secureConnect' : 'connect', callback)
}

/** Opens a TLS connection, through a tunnel of the proxy if there is one. Resolves after the handshake. */
export async function openSecure (
  target: URL,
  { name, context, signal }: SecureConnection,
  agent: Pick<https.Agent, 'createConnection'> = new https.Agent(withProxy(https.globalAgent))
): Promise<TLSSocket> {
  signal.throwIfAborted()
  const { host, port } = endpointOf(target)
  const options = {
    host,
    port,
    protocol: 'https:',
    servername: serverNameOf(typeof name === 'string' ? withoutPort(name) : host),
    ALPNProtocols: ALPN_PROTOCOLS,
    lookup: lookup.forSocket,
    ...(context !== undefined && { secureContext: context })
  }
  return await new Promise((resolve, reject) => {
    // Node.js calls back for a tunnel only. The returned socket is then the connection to the proxy.
    const socket = agent.createConnection(options, (error, tunneled) => {
      if (error !== null) fail(error)
      else if (tunneled instanceof TLSSocket) resolve(tunneled)
    })
    const fail = (error: Error): void => {
      socket?.destroy()
      reject(error)
    }
    if (socket instanceof TLSSocket) socket.on('secureConnect', () => { if (!isProxy(socket)) resolve(socket) })
    // Node.js keeps the connection to a proxy that owes an answer to `CONNECT`, even after the request was aborted.
    onAbort(signal, () => socket?.destroy())
    socket?.on('error', fail)
  })
}

/** Reads `host`, `host:port` and `[address]:port`. */
function withoutPort (name: string): string {
  return name.replace(/^\[([^\]]*)\].*$|:\d*$/, '$1')
}

/** Whether a TLS connection leads to an `https://` proxy: Node.js offers no protocol to a proxy. */
function isProxy ({ alpnProtocol }: TLSSocket): boolean {
  const { proxyEnv } = withProxy(https.globalAgent)
  const proxy = firstSet(proxyEnv ?? {}, 'https_proxy', 'HTTPS_PROXY')
  return alpnProtocol === false && proxy?.startsWith('https://') === true
}

/**
 * Returns the options of an agent that uses the environment's proxy if Node's own requests do: if the global agent has
 * the variables (`HTTP_PROXY`, `HTTPS_PROXY`, `NO_PROXY`). Node.js 22.21 and 24 set them with `NODE_USE_ENV_PROXY=1` or
 * `--use-env-proxy`; older versions never do.
 *
 * @see https://nodejs.org/api/http.html#built-in-proxy-support
 */
function withProxy ({ options }: http.Agent & { readonly options?: ProxyOptions }): ProxyOptions {
  return { proxyEnv: options?.proxyEnv }
}
