/** What is known of each client that a check is given, from the first time on that it is given it. */
export class PerClient<C extends object, W> {
  readonly #watch: (client: C) => W
  readonly #known = new WeakMap<C, W>()

  constructor (watch: (client: C) => W) {
    this.#watch = watch
  }

  /** Watches a client, once. */
  of (client: C): W {
    const known = this.#known.get(client)
    if (known !== undefined) return known
    const watch = this.#watch(client)
    this.#known.set(client, watch)
    return watch
  }
}
