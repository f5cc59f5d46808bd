/** What tells by its status when the connection is lost and when there is another. */
export interface NatsEvents {
  status (): AsyncIterable<{ readonly type: string }>
}

/** Whether a client has a connection: it tells nobody who waits for an answer that it is lost, until it connects again. */
export class NatsState {
  #connection = new AbortController()

  constructor (client: NatsEvents) {
    // It ends when the client is closed. An error of it says nothing that is not known by then.
    this.#follow(client).catch(() => undefined)
  }

  /** Waits for an answer as long as there is the connection that it has to come on. */
  async whileConnected<T> (answer: Promise<T>): Promise<T> {
    const { signal } = this.#connection
    return await new Promise<T>((resolve, reject) => {
      const lose = (): void => reject(new Error('connection disconnected'))
      const end = (): void => {
        signal.removeEventListener('abort', lose)
        resolve(answer)
      }
      signal.addEventListener('abort', lose, { once: true })
      answer.then(end, end)
    })
  }

  async #follow (client: NatsEvents): Promise<void> {
    for await (const { type } of client.status()) {
      if (type === 'disconnect') this.#connection.abort()
      if (type === 'reconnect') this.#connection = new AbortController()
    }
  }
}
