import { interruptible } from '../../../base/interruptible.js'
import { onAbort } from '../../../base/on-abort.js'

/** The status events of a client, which report each disconnect and reconnect. */
export interface NatsEvents {
  status (): AsyncIterable<{ readonly type: string }>
}

/** Tracks whether a client is connected. The client itself rejects a pending request only after it has reconnected. */
export class NatsState {
  /** Aborted when the current connection is lost. */
  #connection = new AbortController()

  constructor (client: NatsEvents) {
    // Ends when the client closes. The check reports that itself, so the error is not needed.
    this.#follow(client).catch(() => undefined)
  }

  /** Waits for an answer, and rejects if the connection is lost before. */
  async whileConnected<T> (answer: Promise<T>): Promise<T> {
    const { signal } = this.#connection
    return await interruptible(answer, ({ reject }) => {
      return onAbort(signal, () => reject(new Error('connection disconnected')))
    })
  }

  async #follow (client: NatsEvents): Promise<void> {
    for await (const { type } of client.status()) {
      if (type === 'disconnect') this.#connection.abort()
      if (type === 'reconnect') this.#connection = new AbortController()
    }
  }
}
