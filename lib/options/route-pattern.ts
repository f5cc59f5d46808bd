/** A part of a path in Fastify's router: a text of the path itself, or a parameter. */
export interface PatternPart {
  /** The text, or the name of the parameter. */
  readonly text: string
  readonly isParameter: boolean
}

/** A colon of the path itself, or the start of a parameter with its name. */
const COLONS_OR_PARAMETER = /::|:([^/(.:?-]*)\??/g

/**
 * Splits a path of Fastify's router into texts and parameters. A parameter can have a regular expression, which is left
 * out: `/:id(^\\d+)`. `::` stands for a colon.
 *
 * @example
 * patternParts('/:tenant/z')
 * // [{ text: '/', isParameter: false }, { text: 'tenant', isParameter: true }, { text: '/z', isParameter: false }]
 * @see https://fastify.dev/docs/latest/Reference/Routes/#url-building
 */
export function patternParts (pattern: string): readonly PatternPart[] {
  const parts: PatternPart[] = []
  let end = 0
  for (const { 0: { length }, 1: name, index } of pattern.matchAll(COLONS_OR_PARAMETER)) {
    // This colon belongs to the expression of the parameter before it.
    if (index < end) continue
    parts.push({ text: pattern.slice(end, index), isParameter: false })
    parts.push({ text: name ?? ':', isParameter: name !== undefined })
    end = name === undefined ? index + length : endOfExpression(pattern, index + length)
  }
  return [...parts, { text: pattern.slice(end), isParameter: false }].filter(({ text, isParameter }) =>
    isParameter || text !== '')
}

/** Returns the end of the expression in parentheses that starts at an index. A backslash skips a character. */
function endOfExpression (pattern: string, start: number): number {
  if (pattern[start] !== '(') return start
  let depth = 0
  for (let at = start; at < pattern.length; at += 1) {
    const character = pattern[at]
    if (character === '\\') at += 1
    if (character === '(') depth += 1
    if (character === ')') depth -= 1
    if (depth === 0) return at + 1
  }
  return pattern.length
}
