/** A figure that was measured several times. */
export interface Spread {
  readonly median: number
  readonly low: number
  readonly high: number
}

/** The median, and between what the middle half of them lies. */
export function spreadOf (figures: readonly number[]): Spread {
  const sorted = figures.toSorted((a, b) => a - b)
  return { median: quantile(sorted, 0.5), low: quantile(sorted, 0.25), high: quantile(sorted, 0.75) }
}

function quantile (sorted: readonly number[], part: number): number {
  const at = (sorted.length - 1) * part
  const [below, above] = [sorted[Math.floor(at)], sorted[Math.ceil(at)]]
  if (below === undefined || above === undefined) throw new Error('there is nothing to take a median of')
  return below + (above - below) * (at - Math.floor(at))
}

/** A figure, and what it spreads over, as a part of another's median. */
export function ratioOf ({ median, low, high }: Spread, base: Spread): Spread {
  return { median: median / base.median, low: low / base.median, high: high / base.median }
}
