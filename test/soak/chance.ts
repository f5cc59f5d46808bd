/** Random numbers from a seed (mulberry32): the same seed gives the same numbers on every machine. */
export class Chance {
  #state: number

  constructor (seed: number) {
    this.#state = seed | 0
  }

  /** Returns a number from 0 (included) to 1 (excluded). */
  next (): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }

  /** Returns true with this probability. */
  happens (probability: number): boolean {
    return this.next() < probability
  }

  /** Returns a whole number from 0 (included) to the limit (excluded). */
  below (limit: number): number {
    return Math.floor(this.next() * limit)
  }

  pick<T> (values: readonly [T, ...T[]]): T {
    return values[this.below(values.length)] ?? values[0]
  }
}

/** Throws if a list is empty. */
export function assertSome<T> (values: readonly T[], what: string): asserts values is readonly [T, ...T[]] {
  if (values.length === 0) throw new Error(`there are no ${what}`)
}
