// Finds the functions of a file that have many callers.
import { parseAst } from 'rollup/parseAst'

/** Returns the names of the top-level functions that the code mentions so many times, with the declaration. */
export function helpersIn (code, mentions) {
  const { body } = parseAst(code)
  const counts = new Map(body.filter(({ type }) => type === 'FunctionDeclaration').map(({ id }) => [id.name, 0]))
  const count = (node) => {
    if (counts.has(node.name)) counts.set(node.name, counts.get(node.name) + 1)
    Object.values(node).flat().filter((child) => typeof child?.type === 'string').forEach(count)
  }
  body.forEach(count)
  return [...counts.keys()].filter((name) => counts.get(name) >= mentions)
}
