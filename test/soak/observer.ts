import { subscribe, tracingChannel } from 'node:diagnostics_channel'
import type { CheckRunMessage, StatusChangeMessage } from '../../lib/index.js'
import { LIFECYCLE, endsOf } from './catalogue.js'
import type { RegisteredCheck } from './call-ledger.js'
import type { Violations } from './violations.js'

const RUNS = tracingChannel<unknown, CheckRunMessage>('fastify-management-endpoints:check')

const ignore = (): void => undefined

/** Subscribes to the plugin's channels, and judges the messages about runs and status changes. */
export class Observer {
  traced = 0
  changes = 0
  readonly #registeredCheck: (name: string) => RegisteredCheck | undefined
  readonly #violations: Violations
  readonly #lastStatus = new Map<string, string>()
  readonly #subscribers = {
    start: (message: CheckRunMessage): void => this.#started(message),
    end: ignore,
    asyncStart: ignore,
    asyncEnd: (message: CheckRunMessage): void => this.#ended(message),
    error: ignore
  }

  constructor (registeredCheck: (name: string) => RegisteredCheck | undefined, violations: Violations) {
    this.#registeredCheck = registeredCheck
    this.#violations = violations
    subscribe('fastify-management-endpoints:status', (message) => this.#changed(message as StatusChangeMessage))
  }

  /** Turns the tracing of runs on or off. The engine uses another code path while runs are traced. */
  trace (isOn: boolean): void {
    if (isOn) RUNS.subscribe(this.#subscribers)
    else RUNS.unsubscribe(this.#subscribers)
  }

  #started ({ check, attempt, abandoned }: CheckRunMessage): void {
    this.traced += 1
    const registered = this.#registeredCheck(check)
    if (registered === undefined || endsOf(registered.spec.sort) !== 'never') return
    const { calls } = registered
    if (attempt !== calls + 1) {
      this.#violations.add('tracing', `${check}: call ${calls + 1} is traced as attempt ${attempt}`)
    }
    if (abandoned !== calls) {
      this.#violations.add('tracing', `${check}: ${abandoned} calls are traced as abandoned, expected ${calls}`)
    }
  }

  #ended ({ check, result, durationMs, error }: CheckRunMessage): void {
    const isCancelled = error instanceof DOMException && error.name === 'AbortError' && result === undefined
    const isEnded = error === undefined && result !== undefined && result.durationMs === durationMs
    if (!isCancelled && !isEnded) {
      const text = `${check}: a run ended with neither a result nor an AbortError: ${String(error)}`
      this.#violations.add('tracing', text)
    }
  }

  #changed ({ check, from, to }: StatusChangeMessage): void {
    this.changes += 1
    const last = this.#lastStatus.get(check) ?? (check === LIFECYCLE ? 'UP' : 'UNKNOWN')
    if (from !== last) {
      this.#violations.add('changes', `${check}: a change from ${from} to ${to} after a change to ${last}`)
    }
    if (from === to) this.#violations.add('changes', `${check}: a change from ${from} to itself`)
    this.#lastStatus.set(check, to)
    if (from !== 'UNKNOWN' && to !== 'UNKNOWN') this.#judgeThreshold(check, to)
  }

  /** Verifies that a check with thresholds changes exactly with the run that reaches a threshold. */
  #judgeThreshold (check: string, to: string): void {
    const registered = this.#registeredCheck(check)
    if (registered?.spec.sort !== 'switch') return
    const { failureThreshold = 1, successThreshold = 1 } = registered.spec.options
    const expected = to === 'UP' ? successThreshold : failureThreshold
    if (expected > 1 && registered.streak !== expected) {
      const text = `${check} became ${to} after ${registered.streak} runs, expected ${expected}`
      this.#violations.add('thresholds', text)
    }
  }
}
