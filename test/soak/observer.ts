import { subscribe, tracingChannel } from 'node:diagnostics_channel'
import type { CheckRunMessage, StatusChangeMessage } from '../../lib/index.js'
import { LIFECYCLE, endsOf } from './catalogue.js'
import type { Tenure } from './ledger.js'
import type { Violations } from './violations.js'

const RUNS = tracingChannel<unknown, CheckRunMessage>('fastify-management-endpoints:check')

const ignore = (): void => undefined

/** Listens to what the plugin tells of runs and of changes, and judges it. */
export class Observer {
  traced = 0
  changes = 0
  readonly #tenureOf: (name: string) => Tenure | undefined
  readonly #violations: Violations
  readonly #lastStatus = new Map<string, string>()
  readonly #subscribers = {
    start: (message: CheckRunMessage): void => this.#started(message),
    end: ignore,
    asyncStart: ignore,
    asyncEnd: (message: CheckRunMessage): void => this.#ended(message),
    error: ignore
  }

  constructor (tenureOf: (name: string) => Tenure | undefined, violations: Violations) {
    this.#tenureOf = tenureOf
    this.#violations = violations
    subscribe('fastify-management-endpoints:status', (message) => this.#changed(message as StatusChangeMessage))
  }

  /** Runs are traced for a part of the time only: the engine takes another way then. */
  trace (isOn: boolean): void {
    if (isOn) RUNS.subscribe(this.#subscribers)
    else RUNS.unsubscribe(this.#subscribers)
  }

  #started ({ check, attempt, abandoned }: CheckRunMessage): void {
    this.traced += 1
    const tenure = this.#tenureOf(check)
    if (tenure === undefined || endsOf(tenure.spec.sort) !== 'never') return
    if (attempt !== tenure.calls + 1) this.#violations.add('tracing', `${check}: call ${tenure.calls + 1} is told of as attempt ${attempt}`)
    if (abandoned !== tenure.calls) this.#violations.add('tracing', `${check}: ${abandoned} calls are said to be abandoned, not ${tenure.calls}`)
  }

  #ended ({ check, result, durationMs, error }: CheckRunMessage): void {
    const isCancelled = error instanceof DOMException && error.name === 'AbortError' && result === undefined
    const isEnded = error === undefined && result !== undefined && result.durationMs === durationMs
    if (!isCancelled && !isEnded) this.#violations.add('tracing', `${check}: a run ended with neither a result nor an AbortError: ${String(error)}`)
  }

  #changed ({ check, from, to }: StatusChangeMessage): void {
    this.changes += 1
    const last = this.#lastStatus.get(check) ?? (check === LIFECYCLE ? 'UP' : 'UNKNOWN')
    if (from !== last) this.#violations.add('changes', `${check}: a change from ${from} to ${to}, after one to ${last}`)
    if (from === to) this.#violations.add('changes', `${check}: a change from ${from} to itself`)
    this.#lastStatus.set(check, to)
    if (from !== 'UNKNOWN' && to !== 'UNKNOWN') this.#judgeThreshold(check, to)
  }

  /** A check with thresholds changes with the run that reaches one, neither before nor after. */
  #judgeThreshold (check: string, to: string): void {
    const tenure = this.#tenureOf(check)
    if (tenure?.spec.sort !== 'switch') return
    const { failureThreshold = 1, successThreshold = 1 } = tenure.spec.options
    const expected = to === 'UP' ? successThreshold : failureThreshold
    if (expected > 1 && tenure.streak !== expected) this.#violations.add('thresholds', `${check} became ${to} after ${tenure.streak} runs, not ${expected}`)
  }
}
