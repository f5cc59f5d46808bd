import { AsyncLocalStorage } from 'node:async_hooks'

/**
 * Calls a function outside the async context of the caller, and passes arguments to it. Use it for all work that
 * outlives a request: a timer, a promise or a handle keeps the context of its creation alive, for example the request
 * in an `AsyncLocalStorage`. The function sees the context in which this module was loaded.
 */
export const outsideRequests = AsyncLocalStorage.snapshot()
