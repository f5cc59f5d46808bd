import { Agent, request } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { CLIENT_LIMIT_MS } from './kind.js'
import type { TestClient } from './kind.js'
import { nodeProgram } from './node-program.js'
import type { Address } from './place.js'

/** An answer of the server. */
export interface HttpAnswer {
  readonly statusCode: number
  /** Sent as JSON. */
  readonly body: unknown
}

/** The health of an OpenSearch cluster. */
export const GREEN: HttpAnswer = { statusCode: 200, body: { cluster_name: 'books', status: 'green' } }

/** An HTTP server, which is also a double of OpenSearch. It has one user. */
export const http = nodeProgram({ name: 'http', protocol: 'http', connect: open })

/** Changes the answer to all other requests. */
export async function answerWith (address: Address, answer: HttpAnswer): Promise<void> {
  await send(address, { method: 'PUT', body: JSON.stringify(answer) })
}

async function open (address: Address): Promise<TestClient> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const ping = async (): Promise<unknown> => await send(address, { method: 'GET' }, agent)
  await ping()
  return {
    ping,
    close: async () => {
      agent.destroy()
      await Promise.resolve()
    }
  }
}

/** Without an agent, the request has its own connection. */
async function send (
  { host, port, user, password }: Address,
  { method, body }: { readonly method: string, readonly body?: string },
  agent: Agent | false = false
): Promise<void> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const options = { host, port, method, auth: `${user}:${password}`, agent, timeout: CLIENT_LIMIT_MS }
    const pending = request(options, resolve).on('error', reject)
    pending.on('timeout', () => pending.destroy(new Error('the server does not answer'))).end(body)
  })
  response.resume()
  await new Promise((resolve) => response.once('end', resolve))
  if (response.statusCode === 401) throw new Error('the server refuses the password')
}
