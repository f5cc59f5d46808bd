/** Chance from a seed (mulberry32): the same one gives the same numbers on every machine. What else a soak depends on is up to the machine. */
export class Chance {
  #state: number

  constructor (seed: number) {
    this.#state = seed | 0
  }

  /** From 0 up to, but not, 1. */
  next (): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }

  /** Whether something happens that does so with this probability. */
  happens (probability: number): boolean {
    return this.next() < probability
  }

  /** A whole number from 0 up to, but not, the limit. */
  below (limit: number): number {
    return Math.floor(this.next() * limit)
  }

  pick<T> (values: readonly [T, ...T[]]): T {
    return values[this.below(values.length)] ?? values[0]
  }
}

/** For a list that is known to hold something. */
export function assertSome<T> (values: readonly T[], what: string): asserts values is readonly [T, ...T[]] {
  if (values.length === 0) throw new Error(`there are no ${what}`)
}
