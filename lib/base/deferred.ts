/** A promise with public `resolve` and `reject`, like `Promise.withResolvers()` of ES2024. */
export class Deferred<T> {
  readonly promise: Promise<T>
  // The constructor of the promise sets both at once.
  declare resolve: (value: T | PromiseLike<T>) => void
  declare reject: (error: unknown) => void

  constructor () {
    this.promise = new Promise((resolve, reject) => {
      this.resolve = resolve
      this.reject = reject
    })
  }
}
