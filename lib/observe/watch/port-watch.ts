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
    this.#end()
  }

  #sendIn (delayMs: number): void {
    this.#cancel = this.#dependencies.clock.inBackground(delayMs, () => { void this.#send() })
  }

  async #send (): Promise<void> {
    const { clock, send } = this.#dependencies
    const sentAt = clock.now()
    const sent = send()
    if (sent !== undefined) {
      const failure = await this.#failureOf(sent)
      if (this.#hasEnded()) return
      if (failure === undefined) this.#succeed()
      else this.#fail(failure)
    }
    if (this.#hasEnded()) return
    const period = this.#failures >= MOST_FAILURES ? RETRY_MS : PERIOD_MS
    this.#sendIn(Math.max(0, sentAt + period - clock.now()))
  }

  /** Waits for the answer. Returns the reason of a failure. */
  async #failureOf ({ answered, end }: SentRequest): Promise<string | undefined> {
    this.#end = end
    const limit = new Promise<string>((resolve) => { this.#step(LIMIT_MS, resolve) })
    const failure = await Promise.race([answered.then(() => undefined, reasonOf), limit])
    this.#cancel()
    this.#end = () => undefined
    if (failure !== undefined) end()
    return failure
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
