/** A figure from several measurements: its median and its quartiles. */
export interface Spread {
  readonly median: number
  readonly low: number
  readonly high: number
}

/** Returns the median and the limits of the middle half. */
export function spreadOf (figures: readonly number[]): Spread {
  const sorted = figures.toSorted((a, b) => a - b)
  return { median: quantile(sorted, 0.5), low: quantile(sorted, 0.25), high: quantile(sorted, 0.75) }
}

function quantile (sorted: readonly number[], part: number): number {
  const at = (sorted.length - 1) * part
  const [below, above] = [sorted[Math.floor(at)], sorted[Math.ceil(at)]]
  if (below === undefined || above === undefined) throw new Error('the median of an empty list does not exist')
  return below + (above - below) * (at - Math.floor(at))
}

/** Divides a figure by the median of another figure. */
export function ratioOf ({ median, low, high }: Spread, base: Spread): Spread {
  return { median: median / base.median, low: low / base.median, high: high / base.median }
}
