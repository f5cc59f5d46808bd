import { STATUSES } from '../../health/status.js'
import type { ComponentStatus } from '../../health/status.js'

const ALL_STATUSES: readonly ComponentStatus[] = [...STATUSES, 'UNKNOWN']

/** How often the app's meter counts a turn of the event loop, in milliseconds. */
export const TURN_MS = 100

/** The cells before the cells of the kinds. Each cell has 64 bits, because times in milliseconds exceed 32 bits. */
const CELLS = { beatAt: 0, stalledMs: 1, isReady: 2, isDebugged: 3, answered: 4, turns: 5 } as const

/** The cells of one kind. */
const KIND_CELLS = { status: 0, freshUntil: 1 } as const

const FIRST_KIND = Object.keys(CELLS).length
const CELLS_OF_KIND = Object.keys(KIND_CELLS).length

/** A time that no clock reaches. */
const NEVER = Number.MAX_SAFE_INTEGER

/** The latest status of one kind. */
export interface LatestStatus {
  /** `UNKNOWN` while none of its checks has run. */
  readonly status: ComponentStatus
  /** The time until which the status counts, in milliseconds of the shared clock. `Infinity` without checks. */
  readonly freshUntil: number
}

/**
 * Memory that the app's thread and the thread of the port share. A value that one thread writes is visible to the other
 * at once, even while the writer's event loop is blocked. All times are in milliseconds of the shared clock.
 */
export class SharedState {
  readonly buffer: SharedArrayBuffer
  readonly #cells: BigInt64Array

  constructor (buffer: SharedArrayBuffer) {
    this.buffer = buffer
    this.#cells = new BigInt64Array(buffer)
  }

  /** Creates the memory for a number of kinds. */
  static create (kinds: number): SharedState {
    const cells = FIRST_KIND + CELLS_OF_KIND * kinds
    return new SharedState(new SharedArrayBuffer(cells * BigInt64Array.BYTES_PER_ELEMENT))
  }

  /** When the event loop of the app last moved. */
  get beatAt (): number { return this.#get(CELLS.beatAt) }
  set beatAt (time: number) { this.#set(CELLS.beatAt, time) }

  /** The turns of the meter at `beatAt`. Write it after `beatAt`, and read it before. */
  get turns (): number { return this.#get(CELLS.turns) }
  set turns (turns: number) { this.#set(CELLS.turns, turns) }

  /** The total time in which the whole process stood still, for example because its CPU quota was used up. */
  get stalledMs (): number { return this.#get(CELLS.stalledMs) }
  set stalledMs (time: number) { this.#set(CELLS.stalledMs, time) }

  /** Whether the app is ready, so that reports can be requested from it. */
  get isReady (): boolean { return this.#get(CELLS.isReady) === 1 }
  set isReady (isReady: boolean) { this.#set(CELLS.isReady, Number(isReady)) }

  /** Whether Node's inspector listens, so that a debugger may have paused the app. */
  get isDebugged (): boolean { return this.#get(CELLS.isDebugged) === 1 }
  set isDebugged (isDebugged: boolean) { this.#set(CELLS.isDebugged, Number(isDebugged)) }

  /** The number of questions of the thread that the event loop of the app has answered. */
  get answered (): number { return this.#get(CELLS.answered) }
  set answered (count: number) { this.#set(CELLS.answered, count) }

  /** Reads the latest status of a kind, by the position of the kind. */
  latest (kind: number): LatestStatus {
    const freshUntil = this.#get(cellOf(kind, 'freshUntil'))
    return {
      status: ALL_STATUSES[this.#get(cellOf(kind, 'status'))] ?? 'UNKNOWN',
      freshUntil: freshUntil === NEVER ? Infinity : freshUntil
    }
  }

  publish (kind: number, { status, freshUntil }: LatestStatus): void {
    this.#set(cellOf(kind, 'status'), ALL_STATUSES.indexOf(status))
    this.#set(cellOf(kind, 'freshUntil'), Math.max(0, Math.min(freshUntil, NEVER)))
  }

  #get (cell: number): number {
    return Number(Atomics.load(this.#cells, cell))
  }

  #set (cell: number, value: number): void {
    Atomics.store(this.#cells, cell, BigInt(Math.round(value)))
  }
}

function cellOf (kind: number, cell: keyof typeof KIND_CELLS): number {
  return FIRST_KIND + CELLS_OF_KIND * kind + KIND_CELLS[cell]
}
