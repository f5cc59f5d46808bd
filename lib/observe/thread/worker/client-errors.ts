import { STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'

/** The codes and messages of Fastify for requests that Node cannot read. */
const ANSWERS: ReadonlyMap<string | undefined, readonly [code: number, message: string]> = new Map([
  ['ERR_HTTP_REQUEST_TIMEOUT', [408, 'Client Timeout']],
  ['HPE_HEADER_OVERFLOW', [431, 'Exceeded maximum allowed HTTP header size']]
])

/** Answers a request that Node cannot read, as Fastify does. Listens to the event `clientError`. */
export function refuseBrokenRequest (error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return
  const [statusCode, message] = ANSWERS.get(error.code) ?? [400, 'Client Error']
  const status = String(STATUS_CODES[statusCode])
  const body = JSON.stringify({ error: status, message, statusCode })
  if (socket.writable) {
    socket.write(`HTTP/1.1 ${statusCode} ${status}\r\nContent-Length: ${body.length}\r\n` +
      `Content-Type: application/json\r\n\r\n${body}`)
  }
  socket.destroy(error)
}
