import type { Clock } from '../../base/clock.js'
import { reasonOf } from '../../base/describe.js'
import type { Logger } from '../../base/logger.js'
import { logSafely } from '../../base/safe-log.js'
import type { Lifecycle } from '../../health/lifecycle.js'
import type { SentRequest } from './port-request.js'

/** Times in milliseconds. */
const PERIOD_MS = 5_000
const RETRY_MS = 1_000
const LIMIT_MS = 1_000
/** The limit is measured in steps of this length, so that a blocked event loop counts as one step. */
const STEP_MS = 100

/** Failures in a row before readiness changes. */
const MOST_FAILURES = 2

type Outcome = 'answered' | 'not sent' | { readonly reason: string }

/** The parts that a watch needs. */
export interface PortWatchDependencies {
  readonly clock: Clock
  readonly log: Logger
  readonly lifecycle: Pick<Lifecycle, 'portFails' | 'portAnswers'>
  /** Sends a request to the app's port. Returns undefined if the app does not listen. */
  readonly send: () => SentRequest | undefined
}

/**
 * Watches the app's port from the separate port. Every 5 s it sends a request, which fails after 1 s. After two
 * failures in a row, readiness is out of service, and the watch retries every second until the port answers.
 */
export class PortWatch {
  readonly #dependencies: PortWatchDependencies
  #state: 'idle' | 'watching' | 'ended' = 'idle'
  #failures = 0
  #hasSucceeded = false
  #cancel = (): void => undefined
  #end = (): void => undefined

  constructor (dependencies: PortWatchDependencies) {
    this.#dependencies = dependencies
  }

  /** Call this when the app listens. A second call has no effect. */
  start (): void {
    if (this.#state !== 'idle') return
    this.#state = 'watching'
    this.#sendIn(0)
  }

  /** Ends the watch for good, and closes its connection. */
  stop (): void {
    this.#state = 'ended'
    this.#cancel()
    this.#closeLast()
  }

  #sendIn (delayMs: number): void {
    this.#cancel = this.#dependencies.clock.inBackground(delayMs, () => { void this.#send() })
  }

  async #send (): Promise<void> {
    const { clock } = this.#dependencies
    const sentAt = clock.now()
    // An answer without an end must not keep its connection.
    this.#closeLast()
    const outcome = await this.#outcome()
    if (this.#hasEnded()) return
    if (outcome === 'answered') this.#succeed()
    else if (outcome !== 'not sent') this.#fail(outcome.reason)
    if (this.#hasEnded()) return
    const period = this.#failures >= MOST_FAILURES ? RETRY_MS : PERIOD_MS
    this.#sendIn(Math.max(0, sentAt + period - clock.now()))
  }

  /** Sends a request, and waits for the answer. */
  async #outcome (): Promise<Outcome> {
    try {
      const sent = this.#dependencies.send()
      if (sent === undefined) return 'not sent'
      this.#end = sent.end
      const limit = new Promise<string>((resolve) => { this.#step(LIMIT_MS, resolve) })
      const failure = await Promise.race([sent.answered.then(() => undefined, reasonOf), limit])
      this.#cancel()
      if (failure === undefined) return 'answered'
      this.#closeLast()
      return { reason: failure }
    } catch (error) {
      return { reason: reasonOf(error) }
    }
  }

  /** Closes the connection of the last request. */
  #closeLast (): void {
    const end = this.#end
    this.#end = () => undefined
    end()
  }

  /** Each step counts its own length, however late its timer is: time of a blocked event loop does not count. */
  #step (leftMs: number, onLimit: (reason: string) => void): void {
    this.#cancel = this.#dependencies.clock.inBackground(STEP_MS, () => {
      if (leftMs > STEP_MS) this.#step(leftMs - STEP_MS, onLimit)
      else onLimit(`no answer within ${LIMIT_MS} ms`)
    })
  }

  #hasEnded (): boolean {
    return this.#state === 'ended'
  }

  #succeed (): void {
    this.#hasSucceeded = true
    if (this.#failures >= MOST_FAILURES) this.#dependencies.lifecycle.portAnswers()
    this.#failures = 0
  }

  #fail (reason: string): void {
    const { lifecycle, log } = this.#dependencies
    this.#failures += 1
    if (this.#failures !== MOST_FAILURES) return
    if (this.#hasSucceeded) {
      lifecycle.portFails(`the port of the app gives no answer: ${reason}`)
      return
    }
    this.stop()
    logSafely(log, 'warn', {}, 'the port of the app is not watched, so readiness on the separate port does not show ' +
      `whether that port answers: ${reason}. Set "listen.watch" to false if your app answers in another way`)
  }
}
