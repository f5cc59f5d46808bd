/** A promise that others settle, as ES2024's `Promise.withResolvers` makes it. */
export class Deferred<T> {
  readonly promise: Promise<T>
  // Set by the promise, at once.
  declare resolve: (value: T) => void
  declare reject: (error: unknown) => void

  constructor () {
    this.promise = new Promise((resolve, reject) => {
      this.resolve = resolve
      this.reject = reject
    })
  }
}
