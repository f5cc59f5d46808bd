import { outsideRequests } from './async-context.js'

/**
 * Runs work once at a time: a caller that comes while the work runs waits for the same run. Use it for work that cannot
 * be cancelled and that occupies one of libuv's few threads until it ends. The work runs outside any request's context.
 */
export class SingleFlight<T> {
  readonly #start: () => Promise<T>
  #current: Promise<T> | undefined

  constructor (start: () => Promise<T>) {
    this.#start = start
  }

  async run (): Promise<T> {
    this.#current ??= outsideRequests(this.#start).finally(() => { this.#current = undefined })
    return await this.#current
  }
}
