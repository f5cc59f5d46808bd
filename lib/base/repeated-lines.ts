import type { Clock } from './clock.js'

/** The most lines within a minute before they are summarized. */
const MOST_LINES = 10
const PERIOD_MS = 60_000

/** The lines of a period that were not written. */
export interface Summary<Line> {
  /** The number of lines. The first summary includes the lines that were written within the last minute. */
  readonly count: number
  /** The length of the period, in seconds, at least 1. */
  readonly seconds: number
  readonly last: Line
}

/** The parts that limited lines need. */
export interface RepeatedLinesDependencies<Line> {
  readonly clock: Clock
  readonly write: (line: Line) => void
  readonly summarize: (summary: Summary<Line>) => void
  readonly summaries: OpenSummaries
}

interface Closable {
  close (): void
}

/** All outstanding summaries of one owner, which writes them when it closes. */
export class OpenSummaries {
  readonly #open = new Set<Closable>()
  #isClosed = false

  /** True after the owner has closed. Then no request can cause a line, so each line is written. */
  get isClosed (): boolean {
    return this.#isClosed
  }

  add (lines: Closable): void {
    this.#open.add(lines)
  }

  delete (lines: Closable): void {
    this.#open.delete(lines)
  }

  close (): void {
    this.#isClosed = true
    for (const lines of this.#open) lines.close()
  }
}

/**
 * Limits the log lines about one subject, because a client may be able to cause a line with each request. Writes up to
 * ten lines within a minute. The next line becomes a summary at once, and from then on one summary per minute replaces
 * the lines. After a minute without lines, writes each line again.
 *
 * The timer does not keep the process alive.
 */
export class RepeatedLines<Line> {
  readonly #dependencies: RepeatedLinesDependencies<Line>
  /** The times of the lines that were written within the last minute. */
  #times: readonly number[] = []
  #since = 0
  #count = 0
  #last: Line | undefined
  /** Set while lines are summarized. */
  #cancelTimer: (() => void) | undefined

  constructor (dependencies: RepeatedLinesDependencies<Line>) {
    this.#dependencies = dependencies
  }

  add (line: Line): void {
    if (this.#cancelTimer !== undefined) {
      this.#count += 1
      this.#last = line
      return
    }
    const { clock, summaries, write } = this.#dependencies
    const now = clock.now()
    this.#times = [...this.#times.filter((time) => time > now - PERIOD_MS), now]
    if (this.#times.length <= MOST_LINES || summaries.isClosed) write(line)
    else this.#begin(line)
  }

  /** Writes the outstanding summary. Later lines are written again. */
  close (): void {
    this.#cancelTimer?.()
    this.#flush()
    this.#end()
  }

  #begin (line: Line): void {
    this.#since = Math.min(...this.#times)
    this.#count = this.#times.length
    this.#last = line
    this.#dependencies.summaries.add(this)
    this.#nextPeriod()
  }

  #nextPeriod (): void {
    this.#cancelTimer = this.#dependencies.clock.inBackground(PERIOD_MS, () => this.#endPeriod())
    // After the timer is set: the logger may cause another line.
    this.#flush()
  }

  #endPeriod (): void {
    if (this.#count > 0) this.#nextPeriod()
    else this.#end()
  }

  #end (): void {
    this.#cancelTimer = undefined
    this.#times = []
    this.#dependencies.summaries.delete(this)
  }

  #flush (): void {
    const [count, last, since] = [this.#count, this.#last, this.#since]
    const now = this.#dependencies.clock.now()
    this.#since = now
    this.#count = 0
    this.#last = undefined
    if (last === undefined) return
    this.#dependencies.summarize({ count, seconds: Math.max(1, Math.round((now - since) / 1_000)), last })
  }
}
