import { errorMonitor } from 'node:events'
import type { RedisSharedClient } from './redis-client.js'
import { isRecord } from '../../../base/type-guards.js'

/** The error events of a client, of an ioredis cluster and of a node-redis cluster. */
const ERRORS = [errorMonitor, 'node error', 'node-error']

/** The message of ioredis for every closed connection, whatever closed it. */
const VAGUE_MESSAGE = 'Connection is closed.'

/** Remembers the facts that a client does not show: its last error and the server's version. */
export class RedisMonitor {
  /** The last error of the connection; cleared when the client is ready again. */
  error: unknown
  /** Set once the version was requested. The version is undefined if the user may not read it. */
  server: { readonly version: string | undefined } | undefined

  /** Uses `errorMonitor`, which is not counted as an `error` listener: an unhandled error still ends the process. */
  constructor (client: RedisSharedClient) {
    for (const event of ERRORS) client.on(event, (error) => this.#remember(error))
    // ioredis emits no error without a listener, but the closed connection still holds it.
    client.on('close', () => this.#remember(client.stream?.errored))
    client.on('ready', () => this.#forget())
  }

  /** Call it when a command succeeded. */
  succeeded (): void {
    this.error = undefined
  }

  /** Call it when a command failed. Keeps an error of the connection, which explains more than the command's error. */
  failed (error: unknown): void {
    this.error ??= error
    this.server = undefined
  }

  /** Unwraps the error of an ioredis cluster that reaches no server: it holds the error of the last server. */
  #remember (error: unknown): void {
    if (!isRecord(error)) return
    const cause = error['lastNodeError'] ?? error
    this.error = isVague(cause) ? this.error ?? cause : cause
  }

  #forget (): void {
    this.error = undefined
    this.server = undefined
  }
}

function isVague (error: unknown): boolean {
  return isRecord(error) && error['message'] === VAGUE_MESSAGE
}
