import { reasonOf } from '../../../base/describe.js'
import { isRecord } from '../../../base/type-guards.js'

/** What tells by events how it is. */
export interface RabbitmqEvents {
  on (event: string, listener: (told: unknown) => void): unknown
}

/**
 * What a connection, or whatever makes a new one of itself, has told of its state. It is watched without a listener for `error`,
 * as that would keep an error from the app that has none.
 */
export class RabbitmqState {
  #lost: string | undefined
  #blocked: string | undefined

  constructor (source: RabbitmqEvents) {
    source.on('close', (error) => this.close(error))
    for (const event of ['disconnect', 'connect-failed', 'connectFailed', 'reconnect-failed']) {
      source.on(event, (told) => { this.#lost = `no connection${because(told)}` })
    }
    source.on('connect', () => { this.#lost = this.#blocked = undefined })
    source.on('blocked', (told) => { this.#blocked = because(told) })
    source.on('unblocked', () => { this.#blocked = undefined })
  }

  /** Takes it for closed from now on. */
  close (error: unknown): void {
    this.#lost = `the connection is closed${because(error)}`
  }

  /** Why there is no connection, as far as that is known. */
  get lost (): string | undefined {
    return this.#lost
  }

  /** What the server has said of why it takes no messages, as the rest of a sentence; `undefined` where it takes them. */
  get blocked (): string | undefined {
    return this.#blocked
  }
}

/** amqplib hands over the reason itself, amqp-connection-manager an object with it. */
function because (told: unknown): string {
  const reason = isRecord(told) ? told['err'] ?? told['reason'] ?? told : told
  return reason === undefined ? '' : `: ${reasonOf(reason)}`
}
