import { reasonOf } from '../../../base/describe.js'
import { isRecord } from '../../../base/type-guards.js'

/** The events of a connection or a connection manager. */
export interface RabbitmqEvents {
  on (event: string, listener: (event: unknown) => void): unknown
}

/**
 * Tracks the state of a connection or a connection manager by its events. It adds no `error` listener, because that
 * would hide the error from an app that has no listener itself.
 */
export class RabbitmqState {
  #lost: string | undefined
  #blocked: string | undefined

  constructor (source: RabbitmqEvents) {
    source.on('close', (error) => this.close(error))
    for (const event of ['disconnect', 'connect-failed', 'connectFailed', 'reconnect-failed']) {
      source.on(event, (cause) => { this.#lost = `no connection${reasonSuffix(cause)}` })
    }
    source.on('connect', () => { this.#lost = this.#blocked = undefined })
    source.on('blocked', (cause) => { this.#blocked = reasonSuffix(cause) })
    source.on('unblocked', () => { this.#blocked = undefined })
  }

  /** Marks the connection as closed. */
  close (error: unknown): void {
    this.#lost = `the connection is closed${reasonSuffix(error)}`
  }

  /** Why there is no connection, if known. */
  get lost (): string | undefined {
    return this.#lost
  }

  /** The server's reason for blocking, as the end of a sentence; undefined while it is not blocking. */
  get blocked (): string | undefined {
    return this.#blocked
  }
}

/** amqplib passes the reason directly; amqp-connection-manager passes an object with `err` or `reason`. */
function reasonSuffix (cause: unknown): string {
  const reason = isRecord(cause) ? cause['err'] ?? cause['reason'] ?? cause : cause
  return reason === undefined ? '' : `: ${reasonOf(reason)}`
}
