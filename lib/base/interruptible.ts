import { Deferred } from './deferred.js'
import { settle } from './maybe-promise.js'

/**
 * Waits for work, unless an event ends the wait first. After the event the work goes on, but its result is ignored. The
 * work may be a thenable of any library.
 *
 * @param listen starts to listen for the event, and settles `wait` when the event happens. It returns a function that
 * stops listening, which is called when the work has settled.
 * @example
 * await interruptible(work, ({ reject }) => onAbort(signal, () => reject(new Error('aborted'))))
 */
export async function interruptible<T> (
  work: PromiseLike<T>, listen: (wait: Deferred<T>) => () => void
): Promise<T> {
  const wait = new Deferred<T>()
  const settled = settle(work)
  const stopListening = listen(wait)
  const end = (): void => {
    stopListening()
    wait.resolve(settled)
  }
  settled.then(end, end)
  return await wait.promise
}
