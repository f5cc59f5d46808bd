import { performance } from 'node:perf_hooks'
import timers from 'node:timers'

// Constants, read when the module loads: fake timers of test runners replace the global functions, and the functions of
// `node:timers` too. An app must close, and its checks must time out, although its tests control their own time.
export const { setTimeout, clearTimeout, setImmediate, clearImmediate } = timers

/** The time of a clock that never goes back, in milliseconds. */
export const now = performance.now.bind(performance)

/** Await it to go on in the next microtask. A library may have replaced `queueMicrotask` before this module loads. */
export const settled = Promise.resolve()

/** Resolves in the next turn of the event loop, after its callbacks of sockets. */
export async function nextTurn (): Promise<void> {
  await new Promise<void>((resolve) => { setImmediate(resolve) })
}
