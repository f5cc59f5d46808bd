import { isFunction } from './type-guards.js'
import type { AnyFunction } from './type-guards.js'

/** The key under which a signal has the function that logs the errors of its listeners. */
const ON_ERROR = Symbol('on error')

/**
 * Creates a controller for a signal that is passed to foreign code. If a listener of the signal throws or rejects,
 * `onError` receives the error. On a plain signal, Node.js raises it as an uncaught exception, which ends the process.
 *
 * The signal is a real `AbortSignal`. This does not cover the listeners of signals that are derived from it with
 * `AbortSignal.any()`.
 *
 * @see https://nodejs.org/api/events.html#eventtarget-error-handling
 */
export function guardedController (onError: (error: unknown) => void): AbortController {
  const controller = new AbortController()
  guardListeners(controller.signal, onError)
  return controller
}

/** Creates a controller whose listeners are guarded like the listeners of another signal. */
export function derivedController (signal: AbortSignal): AbortController {
  const controller = new AbortController()
  const onError: unknown = Reflect.get(signal, ON_ERROR)
  if (isFunction(onError)) guardListeners(controller.signal, onError)
  return controller
}

type Listener = AnyFunction | { readonly handleEvent?: AnyFunction }

/** The arguments of the two methods, which check them. */
type Arguments = readonly [type?: unknown, listener?: unknown, ...options: unknown[]]

/**
 * Replaces the methods that add and remove listeners. The property `onabort` uses the first one too. Each listener has
 * one guard, so the signal treats the guards as it would treat the listeners.
 */
function guardListeners (signal: AbortSignal, onError: (error: unknown) => void): void {
  const guards = new WeakMap<Listener, (event: unknown) => void>()
  const guardFor = (listener: Listener): unknown => {
    const guard = guards.get(listener) ?? ((event) => { call(listener, signal, event).catch(onError) })
    guards.set(listener, guard)
    return guard
  }
  Object.defineProperty(signal, ON_ERROR, { value: onError })
  replace(signal, 'addEventListener', guardFor)
  // The option `signal` of `addEventListener` removes the guard itself.
  replace(signal, 'removeEventListener', (listener) => guards.get(listener) ?? listener)
}

/** Makes a method of a signal pass on another listener. */
function replace (
  signal: AbortSignal, name: 'addEventListener' | 'removeEventListener', map: (listener: Listener) => unknown
): void {
  const method = signal[name].bind(signal) as (...given: Arguments) => void
  const value = (...given: Arguments): void => {
    const [type, listener, ...options] = given
    if (isListener(listener)) method(type, map(listener), ...options)
    else method(...given)
  }
  Object.defineProperty(signal, name, { value, configurable: true, writable: true })
}

function isListener (value: unknown): value is Listener {
  return isFunction(value) || (typeof value === 'object' && value !== null)
}

/** Calls a listener as Node.js does. The promise rejects if the listener throws or rejects. */
async function call (listener: Listener, signal: AbortSignal, event: unknown): Promise<void> {
  const returned: unknown = isFunction(listener)
    ? Reflect.apply(listener, signal, [event])
    : listener.handleEvent !== undefined && Reflect.apply(listener.handleEvent, listener, [event])
  await returned
}
