import http from 'node:http'
import https from 'node:https'
import { onAbort } from '../../base/on-abort.js'

/** The part of an agent that the types of Node.js 20 lack: the variables of the environment that name a proxy. */
type ProxyAgent = http.Agent & { readonly options?: { readonly proxyEnv?: object | undefined } }

/**
 * Makes the agent for one request, so that each request has its own connection. The request uses the environment's
 * proxy if Node's own requests do: if the global agent has the variables (`HTTP_PROXY`, `HTTPS_PROXY`, `NO_PROXY`).
 * Node.js 22.21 and 24 set them with `NODE_USE_ENV_PROXY=1` or `--use-env-proxy`; older versions never do.
 *
 * (`agent: false` cannot be used: it makes an agent of the global agent's class, which the app may have replaced.)
 *
 * @see https://nodejs.org/api/http.html#built-in-proxy-support
 */
export function agentFor (protocol: string, signal: AbortSignal): http.Agent {
  const isSecure = protocol === 'https:'
  const { options }: ProxyAgent = isSecure ? https.globalAgent : http.globalAgent
  const agentOptions: https.AgentOptions & { readonly proxyEnv: unknown } = { proxyEnv: options?.proxyEnv }
  return isSecure ? abortable(new https.Agent(agentOptions), signal) : new http.Agent(agentOptions)
}

/** Node.js keeps the connection to a proxy that owes an answer to `CONNECT`, even after the request was aborted. */
function abortable (agent: https.Agent, signal: AbortSignal): https.Agent {
  const connect = agent.createConnection.bind(agent)
  agent.createConnection = (options, callback) => {
    const socket = connect(options, callback)
    onAbort(signal, () => socket?.destroy())
    return socket
  }
  return agent
}
