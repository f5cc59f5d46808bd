/**
 * Work that cannot be called off and holds one of the few threads of libuv's until it ends. While it goes on no second is begun:
 * who asks meanwhile waits for the first.
 */
export class SingleFlight<T> {
  readonly #begin: () => Promise<T>
  #current: Promise<T> | undefined

  constructor (begin: () => Promise<T>) {
    this.#begin = begin
  }

  async run (): Promise<T> {
    this.#current ??= this.#begin().finally(() => { this.#current = undefined })
    return await this.#current
  }
}
