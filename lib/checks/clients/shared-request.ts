import { systemClock } from '../../base/clock.js'
import type { Clock } from '../../base/clock.js'
import type { TimeLimit } from '../kit/time-limit.js'
import { Deferred } from '../../base/deferred.js'

/** After so long an answer is no longer expected, in milliseconds: it may have gone with a connection that is half open. */
const LOST_AFTER_MS = 60_000

interface Asked<T> {
  readonly at: number
  readonly waiters: Set<Deferred<T>>
}

/**
 * One question to a client that sends its commands one after the other. While it has not been answered it is not asked again,
 * so that commands do not pile up before a server that is frozen; an answer that comes late serves who asks then.
 */
export class SharedRequest<C extends object, T> {
  readonly #put: (client: C) => Promise<T>
  readonly #clock: Pick<Clock, 'now'>
  readonly #asked = new WeakMap<C, Asked<T>>()

  constructor (put: (client: C) => Promise<T>, clock: Pick<Clock, 'now'> = systemClock) {
    this.#put = put
    this.#clock = clock
  }

  /** Puts the question, or waits for the answer to the one before. Who gives up leaves nothing with the client's own promise. */
  async send (client: C, limit: TimeLimit, timeoutMessage?: () => string): Promise<T> {
    const { waiters } = this.#open(client)
    const waiter = new Deferred<T>()
    waiters.add(waiter)
    try {
      return await limit.wait(waiter.promise, timeoutMessage)
    } finally {
      waiters.delete(waiter)
    }
  }

  #open (client: C): Asked<T> {
    const asked = this.#asked.get(client)
    return asked !== undefined && this.#clock.now() - asked.at <= LOST_AFTER_MS ? asked : this.#begin(client)
  }

  #begin (client: C): Asked<T> {
    const asked: Asked<T> = { at: this.#clock.now(), waiters: new Set() }
    this.#asked.set(client, asked)
    const end = (tell: (waiter: Deferred<T>) => void): void => {
      if (this.#asked.get(client) === asked) this.#asked.delete(client)
      asked.waiters.forEach(tell)
    }
    this.#put(client).then((answer) => end((waiter) => waiter.resolve(answer)), (error: unknown) => end((waiter) => waiter.reject(error)))
    return asked
  }
}
