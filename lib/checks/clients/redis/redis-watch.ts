import { errorMonitor } from 'node:events'
import type { RedisSharedClient } from './redis-client.js'
import { isRecord } from '../../../base/type-guards.js'

/** A cluster tells of the errors of its servers by events of its own: of ioredis, of node-redis. */
const ERRORS = [errorMonitor, 'node error', 'node-error']

/** What ioredis says whatever has closed a connection. */
const VAGUE = 'Connection is closed.'

/** What is known of a client's connection beside what the client shows of it. */
export class RedisWatch {
  /** Its last error, until it is ready again. */
  error: unknown
  /** The server's version, once it has been asked for: not every user may know it. */
  server: { readonly version: string | undefined } | undefined

  /** An error monitor counts as no listener, so that an error to which nobody listens still does what it did. */
  constructor (client: RedisSharedClient) {
    for (const event of ERRORS) client.on(event, (error) => this.#note(error))
    // ioredis emits no error where nobody listens to it, but the connection that it has closed still has it.
    client.on('close', () => this.#note(client.stream?.errored))
    client.on('ready', () => this.#forget())
  }

  answered (): void {
    this.error = undefined
  }

  /** What a connection itself has failed by says more than what becomes of a command. */
  failed (error: unknown): void {
    this.error ??= error
    this.server = undefined
  }

  /** A cluster of ioredis that reaches none of its servers keeps what the last of them failed by. */
  #note (error: unknown): void {
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
  return isRecord(error) && error['message'] === VAGUE
}
