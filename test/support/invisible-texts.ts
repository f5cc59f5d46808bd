/** One invisible character of each kind: C0, DEL, C1, direction, line separators, zero width, tags, surrogates. */
export const INVISIBLE_CHARACTERS: readonly string[] = [
  '\u0000', '\u0007', '\u0008', '\t', '\n', '\u000b', '\r', '\u001b', '\u007f', '\u0080', '\u0085', '\u009b', '\u009f',
  '\u061c', '\u200e', '\u200f', '\u202a', '\u202b', '\u202c', '\u202d', '\u202e', '\u2066', '\u2067', '\u2068',
  '\u2069', '\u2028', '\u2029', '\u200b', '\u200c', '\u200d', '\u2060', '\ufeff', '\u00ad', '\u3164', '\u{e0041}',
  '\ud800', '\udfff'
]

/** A text with each of them, which an attacker could send. */
export const INVISIBLE_TEXT = `a${INVISIBLE_CHARACTERS.join('x')}z`

const INVISIBLE = /(?!\ufe0f)[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u

/** Finds every text in a value, also in its keys and in errors, and returns those with an invisible character. */
export function invisibleIn (value: unknown, depth = 0): string[] {
  if (typeof value === 'string') return INVISIBLE.test(value) ? [value] : []
  if (typeof value !== 'object' || value === null || depth > 8) return []
  const { stack, message, name, cause } = value instanceof Error ? value : {}
  // The line breaks of a stack stand between its calls.
  const texts = [message, name, ...(stack?.split('\n    at ') ?? []), ...Object.keys(value)]
  return [...texts, cause, ...Object.values(value) as unknown[]].flatMap((entry) => invisibleIn(entry, depth + 1))
}
