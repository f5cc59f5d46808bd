import { systemClock } from '../../clock.js'
import type { Clock } from '../../clock.js'

/** After so long an answer is no longer expected, in milliseconds: it may have gone with a connection that is half open. */
const LOST_AFTER_MS = 60_000

interface Asked<T> {
  readonly client: object
  readonly at: number
  readonly answer: Promise<T>
}

/**
 * One question to a client that sends its commands one after the other. While it has not been answered it is not asked again,
 * so that commands do not pile up before a server that is frozen; an answer that comes late serves who asks then.
 */
export class Question<C extends object, T> {
  readonly #put: (client: C) => Promise<T>
  readonly #clock: Pick<Clock, 'now'>
  #asked: Asked<T> | undefined

  constructor (put: (client: C) => Promise<T>, clock: Pick<Clock, 'now'> = systemClock) {
    this.#put = put
    this.#clock = clock
  }

  /** Puts the question, or waits for the answer to the one before. */
  async ask (client: C): Promise<T> {
    const asked = this.#asked
    const isOpen = asked?.client === client && this.#clock.now() - asked.at <= LOST_AFTER_MS
    return await (isOpen ? asked : this.#begin(client)).answer
  }

  #begin (client: C): Asked<T> {
    const asked = { client, at: this.#clock.now(), answer: this.#put(client) }
    const end = (): void => { if (this.#asked === asked) this.#asked = undefined }
    asked.answer.then(end, end)
    this.#asked = asked
    return asked
  }
}
