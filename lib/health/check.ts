import type { FastifyBaseLogger } from 'fastify'
import type { Clock } from '../clock.js'
import { TIMED_OUT, within } from '../deadline.js'
import type { Component } from './component.js'
import { failure, judge } from './result.js'
import type { CheckResult, Outcome } from './result.js'
import type { ComponentStatus, Status } from './status.js'

/** So that the answer is out before the kubelet's own default of 1 s (`timeoutSeconds: 1`) is over. */
export const DEFAULT_TIMEOUT_MS = 800

/** What a check is handed at each run. */
export interface CheckContext {
  /** Aborted when the timeout is over: hand it to whatever takes one, so that the work ends with the wait. */
  readonly signal: AbortSignal
  /** The app's logger, bound to the check's name. */
  readonly log: FastifyBaseLogger
}

/** Says whether one thing works, by what it returns (see `CheckResult`), throws or rejects with. */
export type CheckFunction = (context: CheckContext) => CheckResult | Promise<CheckResult>

/** How a check is run. */
export interface CheckOptions {
  /** How long a run may take, in milliseconds; then its signal is aborted and the result is `DOWN`. Default 800. */
  readonly timeout?: number | undefined
}

/** A change of the status that a check is shown with. The first result other than `UP` is one too. */
export interface StatusChange {
  readonly check: string
  readonly from: ComponentStatus
  readonly to: Status
  readonly error: unknown
  readonly durationMs: number
}

/** What a check needs from around it. */
export interface CheckSurroundings {
  readonly clock: Clock
  readonly log: FastifyBaseLogger
  readonly onChange: (change: StatusChange) => void
}

/** The outcome of a run, as a component with its time and duration. */
export type Run = Outcome & Required<Pick<Component, 'time' | 'durationMs'>>

/** One named function, run with a timeout, and what its last run came to. */
export class Check {
  readonly name: string
  readonly checkFunction: CheckFunction
  readonly timeout: number
  readonly #surroundings: CheckSurroundings
  #lastRun: Run | undefined
  #lastStarted = -Infinity

  constructor (name: string, checkFunction: CheckFunction, timeout: number, surroundings: CheckSurroundings) {
    this.name = name
    this.timeout = timeout
    this.checkFunction = checkFunction
    this.#surroundings = surroundings
  }

  /** What the last run came to; `undefined` before the first has ended. */
  get lastRun (): Run | undefined {
    return this.#lastRun
  }

  /** Runs the check. Never rejects, and takes no longer than the timeout. */
  async run (): Promise<Run> {
    const { clock } = this.#surroundings
    const started = clock.now()
    const outcome = await this.#attempt()
    const run = { ...outcome, time: clock.date().toISOString(), durationMs: Math.round((clock.now() - started) * 1_000) / 1_000 }
    if (started >= this.#lastStarted) this.#keep(run, started)
    return run
  }

  async #attempt (): Promise<Outcome> {
    const controller = new AbortController()
    const outcome = await within(this.timeout, this.#call(controller.signal), this.#surroundings.clock)
    if (outcome !== TIMED_OUT) return outcome
    controller.abort(new DOMException(`timed out after ${this.timeout} ms`, 'TimeoutError'))
    return failure(`timed out after ${this.timeout} ms`)
  }

  async #call (signal: AbortSignal): Promise<Outcome> {
    try {
      return judge(await this.checkFunction({ signal, log: this.#surroundings.log }))
    } catch (error) {
      return failure(error)
    }
  }

  /** Runs may overlap; what an older one comes to at last is not news. */
  #keep (run: Run, started: number): void {
    const from = this.#lastRun?.status ?? 'UNKNOWN'
    this.#lastRun = run
    this.#lastStarted = started
    if (run.status === from || (from === 'UNKNOWN' && run.status === 'UP')) return
    this.#surroundings.onChange({ check: this.name, from, to: run.status, error: run.details?.['error'], durationMs: run.durationMs })
  }
}
