import { Agent, request } from 'node:http'
import type { IncomingMessage } from 'node:http'
import type { Answer } from './expectations.js'
import type { Probe } from './probes.js'

/** A probe without an answer after this time has failed. */
const PATIENCE_MS = 5_000

/** Sends probes over a number of keep-alive connections, or over a new connection each. */
export class Client {
  readonly #hostname: string
  readonly #port: string
  readonly #agent: Agent

  constructor (address: string, options: { readonly keepAlive: boolean, readonly connections: number }) {
    const { hostname, port } = new URL(address)
    this.#hostname = hostname
    this.#port = port
    this.#agent = new Agent({ keepAlive: options.keepAlive, maxSockets: options.connections, timeout: PATIENCE_MS })
  }

  /** Resolves to the whole answer. Rejects if there is no answer. */
  async send (probe: Probe): Promise<Answer> {
    return await new Promise((resolve, reject) => {
      const { method, path, isPeer } = probe
      const sentDate = Date.now()
      const sentAt = performance.now()
      const done = (response: IncomingMessage, text: string): void => {
        const { statusCode = 0, headers: { 'cache-control': cacheControl } } = response
        resolve({ probe, sentAt, answeredAt: performance.now(), sentDate, statusCode, cacheControl, text })
      }
      const headers = isPeer ? { 'management-hop': '1' } : {}
      const options = { hostname: this.#hostname, port: this.#port, method, path, headers, agent: this.#agent }
      const sending = request(options, (response) => read(response, done, reject))
      const timeOut = (): unknown => sending.destroy(new Error(`no answer within ${PATIENCE_MS} ms`))
      sending.on('error', reject).on('timeout', timeOut).end()
    })
  }

  /** Closes its connections. */
  close (): void {
    this.#agent.destroy()
  }
}

function read (
  response: IncomingMessage,
  done: (response: IncomingMessage, text: string) => void,
  reject: (reason: Error) => void
): void {
  let text = ''
  response.setEncoding('utf8')
  response.on('data', (chunk: string) => { text += chunk }).on('end', () => done(response, text)).on('error', reject)
}
