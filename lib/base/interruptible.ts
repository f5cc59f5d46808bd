import { Deferred } from './deferred.js'

/**
 * Waits for work, unless an event ends the wait first. After the event the work goes on, but its result is ignored.
 *
 * @param listen starts to listen for the event, and settles `wait` when the event happens. It returns a function that
 * stops listening, which is called when the work has settled.
 * @example
 * await interruptible(work, ({ reject }) => onAbort(signal, () => reject(new Error('aborted'))))
 */
export async function interruptible<T> (work: Promise<T>, listen: (wait: Deferred<T>) => () => void): Promise<T> {
  const wait = new Deferred<T>()
  const stopListening = listen(wait)
  const end = (): void => {
    stopListening()
    wait.resolve(work)
  }
  work.then(end, end)
  return await wait.promise
}
