// The messages between the client and the app's process over the IPC channel.
import type { Lag } from './loop-watch.js'

/** A command from the client to the app's process. */
export type Command =
  | { readonly do: 'switch', readonly name: string, readonly isBroken: boolean }
  | { readonly do: 'toggle', readonly isOn: boolean }
  | { readonly do: 'trace', readonly isOn: boolean }
  | { readonly do: 'measure' }
  | { readonly do: 'close' }

/** The result of each command. */
export interface Done {
  readonly switch: null
  readonly toggle: null
  readonly trace: null
  readonly measure: Measurement
  readonly close: Closed
}

export interface Order {
  readonly id: number
  readonly command: Command
}

export type Message =
  | { readonly is: 'listening', readonly address: string }
  | { readonly is: 'done', readonly id: number, readonly result: Done[keyof Done] }

/** The number of calls of all checks of one sort. */
export interface Calls {
  checks: number
  calls: number
  /** Calls that have ended by themselves. */
  ended: number
  /** Calls under way when their check was removed. */
  removed: number
  /** Calls that timed out. */
  abandoned: number
}

/** Measurements of the app's process while no probe is under way. */
export interface Measurement {
  readonly heapUsed: number
  /** The number of resources that keep the event loop alive, by type. */
  readonly resources: Readonly<Record<string, number>>
  readonly connections: number
  readonly calls: Readonly<Record<string, Calls>>
  /** The number of calls of the checks that are for startup only. */
  readonly startupCalls: number
  /** The number of calls that never end, and the number of their promises that were garbage-collected. */
  readonly never: { readonly begun: number, readonly collected: number }
  readonly traced: number
  readonly changes: number
  readonly logLines: number
  readonly toggled: number
  /** The lags of its event loop since the last measurement. */
  readonly lags: readonly Lag[]
  readonly worstLagMs: number
  /** The violations since the last measurement. */
  readonly violations: readonly Violation[]
}

export interface Closed {
  readonly durationMs: number
  /** The number of timers directly after the close. Other resources need a moment to close. */
  readonly timeouts: number
  readonly resources: Readonly<Record<string, number>>
  readonly violations: readonly Violation[]
}

/** A broken rule, with an explanation. */
export interface Violation {
  readonly rule: string
  readonly text: string
}
