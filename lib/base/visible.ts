/** Most texts have only printable ASCII characters. */
const UNUSUAL = /[^\x20-\x7e]/

/**
 * Matches characters without a picture of their own: control characters (C0, DEL, C1), format characters (marks and
 * overrides of the writing direction, characters of zero width), separators of lines, lone surrogates, and other
 * characters that are invisible by default. Does not match the selectors of text and emoji presentation.
 */
const INVISIBLE = /(?![\ufe0e\ufe0f])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu

const SHORT_ESCAPES: ReadonlyMap<string, string> = new Map([['\t', '\\t'], ['\n', '\\n'], ['\r', '\\r']])

/**
 * Replaces each control character and each other invisible character by a visible escape. Otherwise a text from outside
 * could forge lines of a log, move the cursor of a terminal, or show its characters in another order.
 *
 * Line breaks are replaced too. A second call changes nothing.
 *
 * @example
 * visible('a\nb\u009bc\u202ed') // 'a\\nb\\u{9b}c\\u{202e}d'
 * @see https://www.unicode.org/reports/tr36/ "Unicode Security Considerations"
 */
export function visible (text: string): string {
  return UNUSUAL.test(text) ? text.replace(INVISIBLE, escapeOf) : text
}

function escapeOf (character: string): string {
  return SHORT_ESCAPES.get(character) ?? `\\u{${Number(character.codePointAt(0)).toString(16)}}`
}
