import { redactAndTruncate } from '../base/truncate.js'

/** In characters. The variables of the environment may be much longer. */
const LONGEST_TEXT = 2_000
const LONGEST_NAME = 200

/** Redacts a text of `/info`, makes its control characters visible, and limits its length. */
export function shown (text: string): string {
  return redactAndTruncate(text, LONGEST_TEXT)
}

/** Does the same for each name and text of a section. */
export function shownSection<Value extends string | number> (
  section: Readonly<Record<string, Value>>
): Record<string, Value | string> {
  return Object.fromEntries(Object.entries(section).map(([name, value]) =>
    [redactAndTruncate(name, LONGEST_NAME), typeof value === 'string' ? shown(value) : value]))
}
