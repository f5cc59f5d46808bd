// Breaks compact code into lines, so that stack traces and the source line of an uncaught error are readable.
import { parseAst } from 'rollup/parseAst'

const WIDTH = 120

/**
 * Starts a line with each statement of the file, and breaks long ones between inner statements, members of classes and
 * elements of arrays. A break inside a string, as esbuild's `lineLimit` makes it, does not survive: Rollup indents the
 * next line when it bundles the code. Another long inner statement is therefore a long line.
 */
export function inLines (code) {
  return parseAst(code).body.map(({ start, end, ...node }) => {
    const breaks = [...new Set([start, ...startsIn(node)])].sort((left, right) => left - right)
    return filled(breaks.map((from, nth) => code.slice(from, breaks[nth + 1] ?? end).trim()))
  }).join('')
}

function filled (pieces) {
  const lines = ['']
  for (const piece of pieces) {
    if (lines.at(-1).length + piece.length <= WIDTH) lines.push(lines.pop() + piece)
    else lines.push(piece)
  }
  return `${lines.filter((line) => line !== '').join('\n')}\n`
}

/** The starts of all statements, members and elements below a node. */
function startsIn (node) {
  if (node === null || typeof node !== 'object') return []
  if (Array.isArray(node)) return node.flatMap(startsIn)
  const list = listIn(node)
  return [...list.map(({ start }) => start), ...Object.values(node).flatMap(startsIn)]
}

function listIn ({ type, body, consequent, elements }) {
  if (type === 'ArrayExpression') return elements.filter((element) => element !== null)
  if (['BlockStatement', 'StaticBlock', 'ClassBody'].includes(type)) return body
  return type === 'SwitchCase' ? consequent : []
}
