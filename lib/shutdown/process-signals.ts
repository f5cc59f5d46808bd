import { systemClock } from '../base/clock.js'
import type { ShutdownSignal } from '../options/types.js'
import { leaveCluster } from './cluster.js'

/** An app that listens, and that signals end. */
export interface Member {
  readonly signals: readonly ShutdownSignal[]
  /** Told of the first signal, the second and so on. Once it has ended it leaves. */
  receive (signal: ShutdownSignal, nth: number): void
}

/** What is used of a process. */
export interface SignalledProcess {
  on (signal: ShutdownSignal, listener: (signal: ShutdownSignal) => void): unknown
  off (signal: ShutdownSignal, listener: (signal: ShutdownSignal) => void): unknown
  exitCode?: number | string | null | undefined
  /** Whether another process of Node.js has started it, and is told of its end. */
  readonly connected?: boolean
  exit (): unknown
}

/** The signal after which nothing is waited for. */
const LAST_SIGNAL = 3

/**
 * The signals of a process, and the apps in it that they end. A signal ends all of them, whichever has asked for it, and the
 * process ends with the last. Nothing is hooked while there is none.
 */
export class ProcessSignals {
  readonly #process: SignalledProcess
  readonly #members = new Set<Member>()
  readonly #hooked = new Set<ShutdownSignal>()
  readonly #received: ShutdownSignal[] = []
  #isClean = true

  constructor (process: SignalledProcess) {
    this.#process = process
  }

  /** Who comes while the others are ending is told what they were. */
  join (member: Member): void {
    this.#members.add(member)
    for (const signal of member.signals) this.#hook(signal)
    this.#received.forEach((signal, at) => member.receive(signal, at + 1))
  }

  /** `isClean`: whether it has ended as it should. Does nothing for who has left. */
  leave (member: Member, isClean = true): void {
    if (!this.#members.delete(member)) return
    if (this.#received.length === 0) {
      this.#unhookUnasked()
      return
    }
    this.#isClean &&= isClean
    if (this.#members.size === 0) void this.#exit()
  }

  readonly #onSignal = (signal: ShutdownSignal): void => {
    const nth = this.#received.push(signal)
    for (const member of [...this.#members]) member.receive(signal, nth)
    if (nth !== LAST_SIGNAL) return
    this.#process.exitCode = 1
    this.#process.exit()
  }

  /** What is clean exits with the code that the app has set, or else with 0. */
  async #exit (): Promise<void> {
    if (!this.#isClean) this.#process.exitCode = 1
    if (this.#process.connected === true) {
      // Only who was started by Node.js can be a worker, and needs to load it.
      const { default: { worker } } = await import('node:cluster')
      await leaveCluster(worker, systemClock)
    }
    this.#process.exit()
  }

  #hook (signal: ShutdownSignal): void {
    if (this.#hooked.has(signal)) return
    this.#hooked.add(signal)
    this.#process.on(signal, this.#onSignal)
  }

  #unhookUnasked (): void {
    const asked = new Set([...this.#members].flatMap(({ signals }) => signals))
    for (const signal of [...this.#hooked].filter((signal) => !asked.has(signal))) {
      this.#hooked.delete(signal)
      this.#process.off(signal, this.#onSignal)
    }
  }
}

/** Those of this process: they are its own, and so there is one for all apps in it. */
export const processSignals = new ProcessSignals(process)
