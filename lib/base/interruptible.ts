import { Deferred } from './deferred.js'

/**
 * Waits for work, unless an event ends the wait first. The work itself goes on, but its result is ignored.
 *
 * @param listen starts to listen for the event and returns a function that stops listening. It gets the wait, to settle it
 * when the event happens. Listening stops when the work has settled.
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
