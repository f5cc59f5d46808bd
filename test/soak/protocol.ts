// What the client and the app's process say to each other over the IPC channel.
import type { Lag } from './loop-watch.js'

/** What the client tells the app's process to do. */
export type Command =
  | { readonly do: 'switch', readonly name: string, readonly isBroken: boolean }
  | { readonly do: 'stir', readonly isOn: boolean }
  | { readonly do: 'trace', readonly isOn: boolean }
  | { readonly do: 'measure' }
  | { readonly do: 'close' }

/** What is said when a command is done. */
export interface Done {
  readonly switch: null
  readonly stir: null
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

/** How many calls the checks of one sort have had. */
export interface Calls {
  checks: number
  calls: number
  /** Calls whose function came to its end. */
  ended: number
  /** Calls that were ended by the removal of their check. */
  removed: number
  /** Calls that were given up, as they had not ended when their time was up. */
  abandoned: number
}

/** What the app's process knows of itself, while no probe is under way. */
export interface Measurement {
  readonly heapUsed: number
  /** What keeps the event loop alive, by type. */
  readonly resources: Readonly<Record<string, number>>
  readonly connections: number
  readonly calls: Readonly<Record<string, Calls>>
  /** The calls of each startup check. */
  readonly startupCalls: number
  /** Calls that can never end, and how many of their promises the garbage collector has taken. */
  readonly never: { readonly begun: number, readonly collected: number }
  readonly traced: number
  readonly changes: number
  readonly logLines: number
  readonly stirred: number
  /** When its event loop was late since the last measurement. */
  readonly lags: readonly Lag[]
  readonly worstLagMs: number
  /** What it found wrong since the last measurement. */
  readonly violations: readonly Violation[]
}

export interface Closed {
  readonly durationMs: number
  /** The timers that were there right after it; what else is left needs a moment to close. */
  readonly timeouts: number
  readonly resources: Readonly<Record<string, number>>
  readonly violations: readonly Violation[]
}

/** A rule that was broken, and how. */
export interface Violation {
  readonly rule: string
  readonly text: string
}
