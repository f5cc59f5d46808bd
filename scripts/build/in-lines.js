// Puts each statement on a line of its own, so that stack traces and the source line of an uncaught error are readable.
import { parseAst } from 'rollup/parseAst'

/**
 * Breaks compact code into lines, only between statements and between members of classes. A break inside a string, as
 * esbuild's `lineLimit` makes it, does not survive: Rollup indents the next line when it bundles the code.
 */
export function inLines (code) {
  const [shebang = ''] = /^#!.*\n/.exec(code) ?? []
  const text = code.slice(shebang.length)
  const breaks = [...new Set(startsIn(parseAst(text)))].sort((left, right) => left - right)
  const pieces = breaks.map((start, nth) => text.slice(start, breaks[nth + 1]).replace(/\n$/, ''))
  return `${shebang}${[text.slice(0, breaks[0]), ...pieces].filter((piece) => piece !== '').join('\n')}\n`
}

/** The starts of all statements and members below a node. */
function startsIn (node) {
  if (node === null || typeof node !== 'object') return []
  if (Array.isArray(node)) return node.flatMap(startsIn)
  const list = listIn(node)
  return [...list.map(({ start }) => start), ...Object.values(node).flatMap(startsIn)]
}

function listIn ({ type, body, consequent }) {
  if (['Program', 'BlockStatement', 'StaticBlock', 'ClassBody'].includes(type)) return body
  return type === 'SwitchCase' ? consequent : []
}
