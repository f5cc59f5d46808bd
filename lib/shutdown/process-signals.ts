import { outsideRequests } from '../base/async-context.js'
import { reasonOf } from '../base/describe.js'
import { systemClock } from '../base/clock.js'
import type { ShutdownSignal } from '../options/shutdown-option.js'
import { leaveCluster } from './cluster.js'

/** An app that shuts down at a signal. It joins when it listens and leaves when it has closed. */
export interface SignalledApp {
  /** The signals that this app wants the process to handle. */
  readonly signals: readonly ShutdownSignal[]
  /** `nth`: 1 for the first signal that the process has received, 2 for the second, and so on. */
  onSignal (signal: ShutdownSignal, nth: number): void
}

/** The part of `process` that `ProcessSignals` uses. */
export interface SignalledProcess {
  on (signal: ShutdownSignal, listener: (signal: ShutdownSignal) => void): unknown
  off (signal: ShutdownSignal, listener: (signal: ShutdownSignal) => void): unknown
  exitCode?: number | string | null | undefined
  /** True if a Node.js parent process has an open IPC channel to this process, as in a cluster worker. */
  readonly connected?: boolean
  emitWarning (warning: string): unknown
  exit (): unknown
}

/** The count of signals at which the process exits at once. */
const LAST_SIGNAL = 3

/**
 * Handles the signals of a process for all apps in it, also for apps of other copies of this package:
 *
 * - The first signal shuts down every app, whatever signals it listed. The process exits after the last app has left.
 * - The second signal ends the delay of every app. It may differ from the first.
 * - The third signal ends the process at once, with exit code 1.
 *
 * Only signals that a joined app listed have a handler. After the first signal, all handlers stay until the exit.
 */
export class ProcessSignals {
  readonly #process: SignalledProcess
  readonly #apps = new Set<SignalledApp>()
  readonly #handled = new Set<ShutdownSignal>()
  readonly #received: ShutdownSignal[] = []
  #isClean = true

  constructor (process: SignalledProcess) {
    this.#process = process
  }

  /** An app that joins during shutdown receives the signals sent so far. */
  join (app: SignalledApp): void {
    for (const signal of app.signals) this.#handle(signal)
    this.#apps.add(app)
    this.#received.forEach((signal, at) => this.#notify(app, signal, at + 1))
  }

  /**
   * Removes an app. A second call for the same app has no effect.
   *
   * @param isClean false if the app closed too late or with an error
   */
  leave (app: SignalledApp, isClean = true): void {
    if (!this.#apps.delete(app)) return
    if (this.#received.length === 0) {
      this.#removeUnusedHandlers()
      return
    }
    this.#isClean &&= isClean
    if (this.#apps.size === 0) void this.#exit()
  }

  readonly #onSignal = (signal: ShutdownSignal): void => {
    const nth = this.#received.push(signal)
    for (const app of [...this.#apps]) this.#notify(app, signal, nth)
    if (nth !== LAST_SIGNAL) return
    this.#process.exitCode = 1
    this.#process.exit()
  }

  /** An app of another copy of the package may throw. The other apps still shut down, and the exit code is 1. */
  #notify (app: SignalledApp, signal: ShutdownSignal, nth: number): void {
    try {
      app.onSignal(signal, nth)
    } catch (error) {
      this.#process.emitWarning(`an app cannot shut down at ${signal}: ${reasonOf(error)}`)
      this.leave(app, false)
    }
  }

  /** Exits with 1 if an app did not close cleanly, otherwise with the app's own `process.exitCode` or 0. */
  async #exit (): Promise<void> {
    if (!this.#isClean) this.#process.exitCode = 1
    if (this.#process.connected === true) {
      // Load `node:cluster` only here: a process without an IPC channel is not a cluster worker.
      const { default: { worker } } = await import('node:cluster')
      await leaveCluster(worker, systemClock)
    }
    this.#process.exit()
  }

  #handle (signal: ShutdownSignal): void {
    if (this.#handled.has(signal)) return
    this.#handled.add(signal)
    outsideRequests(() => this.#process.on(signal, this.#onSignal))
  }

  #removeUnusedHandlers (): void {
    const wanted = new Set([...this.#apps].flatMap(({ signals }) => signals))
    for (const signal of [...this.#handled].filter((signal) => !wanted.has(signal))) {
      this.#handled.delete(signal)
      this.#process.off(signal, this.#onSignal)
    }
  }
}
