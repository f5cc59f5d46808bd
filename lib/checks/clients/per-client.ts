import { outsideRequests } from '../../base/async-context.js'

/** Keeps one value for each client. Makes it when the check first uses the client, outside any request's context. */
export class PerClient<C extends object, V> {
  readonly #make: (client: C) => V
  readonly #values = new WeakMap<C, V>()

  constructor (make: (client: C) => V) {
    this.#make = make
  }

  of (client: C): V {
    const known = this.#values.get(client)
    if (known !== undefined) return known
    const value = outsideRequests(this.#make, client)
    this.#values.set(client, value)
    return value
  }
}
