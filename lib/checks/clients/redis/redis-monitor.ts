import { errorMonitor } from 'node:events'
import type { TimeLimit } from '../../kit/time-limit.js'
import type { RedisSharedClient } from './redis-client.js'
import { ServerMemory } from './redis-server.js'
import { reasonOf } from '../../../base/describe.js'
import { isRecord } from '../../../base/type-guards.js'

/** The error events of a client, of an ioredis cluster and of a node-redis cluster. */
const ERRORS = [errorMonitor, 'node error', 'node-error']

/** The message of ioredis for every closed connection, whatever closed it. */
export const CONNECTION_CLOSED = 'Connection is closed.'

/** Remembers the facts that a client does not show: its last error, and the facts about its server. */
export class RedisMonitor {
  /** The last error of the connection; cleared when the client is ready again. */
  error: unknown
  readonly memory = new ServerMemory()

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
    this.memory.forget()
  }

  /** Returns the reason of an error: the last error of the connection explains more than a closed connection. */
  reasonOf (error: unknown): string {
    return reasonOf(isVague(error) ? this.error ?? error : error)
  }

  /** Adds the last error: a cluster counts as ready although one of its servers is unreachable. */
  timeoutMessage ({ ms }: Pick<TimeLimit, 'ms'>): string {
    return `no answer within ${ms} ms${this.error === undefined ? '' : `: ${reasonOf(this.error)}`}`
  }

  /** Unwraps the error of an ioredis cluster that reaches no server: it holds the error of the last server. */
  #remember (error: unknown): void {
    if (!isRecord(error)) return
    const cause = error['lastNodeError'] ?? error
    this.error = isVague(cause) ? this.error ?? cause : cause
  }

  #forget (): void {
    this.error = undefined
    this.memory.forget()
  }
}

function isVague (error: unknown): boolean {
  return isRecord(error) && error['message'] === CONNECTION_CLOSED
}
