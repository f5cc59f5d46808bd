/**
 * Calls back when a signal aborts, but not if the signal has aborted before. Returns a function that cancels this.
 *
 * Use it instead of `AbortSignal.any()`, which leaks memory before Node.js 26.
 */
export function onAbort (signal: AbortSignal, callback: () => void): () => void {
  signal.addEventListener('abort', callback, { once: true })
  return () => signal.removeEventListener('abort', callback)
}
