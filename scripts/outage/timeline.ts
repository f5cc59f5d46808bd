import { setTimeout as sleep } from 'node:timers/promises'

/** The first sign of a change in one place. */
export interface Sight {
  readonly place: string
  readonly shown: string
  /** The seconds since the start of the timeline. */
  readonly seconds: number
}

const POLL_MS = 100
/** The alert waits for two minutes. */
const LIMIT_MS = 300_000

/** Notes when each place first shows a change. */
export class Timeline {
  readonly #startedAt = performance.now()
  readonly #sights: Sight[] = []

  /** All sights, in the order of their times. */
  get sights (): readonly Sight[] {
    return [...this.#sights].sort((left, right) => left.seconds - right.seconds)
  }

  /** Looks at a place until it shows the change. `look` returns `undefined` until then. */
  async until (place: string, look: () => Promise<string | undefined>): Promise<void> {
    for (;;) {
      const shown = await look()
      const elapsed = performance.now() - this.#startedAt
      if (shown !== undefined) {
        this.#sights.push({ place, shown, seconds: elapsed / 1_000 })
        return
      }
      if (elapsed > LIMIT_MS) throw new Error(`${place} shows nothing after ${LIMIT_MS / 1_000} s`)
      await sleep(POLL_MS)
    }
  }
}

/** Formats a time of a timeline: `+4 s`, or `+2 min 15 s`. */
export function offset (seconds: number): string {
  const whole = Math.round(seconds)
  const minutes = Math.floor(whole / 60)
  return minutes === 0 ? `+${whole} s` : `+${minutes} min ${whole % 60} s`
}
