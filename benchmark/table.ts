import type { Spread } from './statistics.js'

/** Formats a Markdown table. */
export function table (head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map((_, nth) => nth === 0 ? '---' : '--:')), ...rows.map(line)].join('\n')
}

/** Formats a median with the middle half: `1.08 (1.05 to 1.11)`. */
export function withSpread ({ median, low, high }: Spread, digits = 2): string {
  return `${median.toFixed(digits)} (${low.toFixed(digits)} to ${high.toFixed(digits)})`
}

export function kilobytes (bytes: number): string {
  return `${(bytes / 1_000).toLocaleString('en', { maximumFractionDigits: Math.abs(bytes) < 100_000 ? 1 : 0 })} kB`
}
