import { systemClock } from '../../base/clock.js'
import type { Clock } from '../../base/clock.js'
import { Deferred } from '../../base/deferred.js'
import type { TimeLimit } from './time-limit.js'

/** After this time in milliseconds a request counts as lost: its connection may be half open. */
const LOST_AFTER_MS = 60_000

interface PendingRequest<T> {
  readonly sentAt: number
  readonly waiters: Set<Deferred<T>>
}

/**
 * Sends a request over a client that sends its commands one after the other. While the request is pending, callers
 * share it, so commands do not pile up when the server is frozen. A late answer serves the callers that wait by then.
 */
export class SharedRequest<C extends object, T> {
  readonly #send: (client: C, limit: TimeLimit) => Promise<T>
  readonly #clock: Pick<Clock, 'now'>
  readonly #pending = new WeakMap<C, PendingRequest<T>>()

  /** @param send receives the limit of the caller that causes the request; other callers may wait for it longer */
  constructor (send: (client: C, limit: TimeLimit) => Promise<T>, clock: Pick<Clock, 'now'> = systemClock) {
    this.#send = send
    this.#clock = clock
  }

  /** Sends the request, or joins the pending request. A caller that gives up leaves no listener behind. */
  async send (client: C, limit: TimeLimit, timeoutMessage?: () => string): Promise<T> {
    const { waiters } = this.#pendingFor(client, limit)
    const waiter = new Deferred<T>()
    waiters.add(waiter)
    try {
      return await limit.wait(waiter.promise, timeoutMessage)
    } finally {
      waiters.delete(waiter)
    }
  }

  #pendingFor (client: C, limit: TimeLimit): PendingRequest<T> {
    const pending = this.#pending.get(client)
    const isExpected = pending !== undefined && this.#clock.now() - pending.sentAt <= LOST_AFTER_MS
    return isExpected ? pending : this.#begin(client, limit)
  }

  #begin (client: C, limit: TimeLimit): PendingRequest<T> {
    const request: PendingRequest<T> = { sentAt: this.#clock.now(), waiters: new Set() }
    this.#pending.set(client, request)
    const end = (settle: (waiter: Deferred<T>) => void): void => {
      if (this.#pending.get(client) === request) this.#pending.delete(client)
      request.waiters.forEach(settle)
    }
    this.#send(client, limit).then(
      (answer) => end((waiter) => waiter.resolve(answer)),
      (error: unknown) => end((waiter) => waiter.reject(error))
    )
    return request
  }
}
