/** A promise that others settle, as ES2024's `Promise.withResolvers` makes it. */
export class Waiter<T> {
  readonly promise: Promise<T>
  resolve: (value: T) => void = () => undefined
  reject: (error: unknown) => void = () => undefined

  constructor () {
    this.promise = new Promise((resolve, reject) => {
      this.resolve = resolve
      this.reject = reject
    })
  }
}
