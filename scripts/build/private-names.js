// Gives private members the shortest names. Terser numbers the private names of all classes of a file together.
import { parseAst } from 'rollup/parseAst'

const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'

/** Numbers the private names of each class. A class within another class is part of it. */
export function shortenPrivateNames (code) {
  const renamed = classesIn(parseAst(code)).flatMap(renamedIn).sort((left, right) => left.start - right.start)
  let short = ''
  let done = 0
  for (const { start, end, name } of renamed) {
    short += `${code.slice(done, start)}#${name}`
    done = end
  }
  return short + code.slice(done)
}

function renamedIn (node) {
  const found = privateNamesIn(node)
  const names = [...new Set(found.map(({ name }) => name))]
  if (names.length > LETTERS.length) throw new Error(`a class has ${names.length} private names`)
  return found.map(({ start, end, name }) => ({ start, end, name: LETTERS[names.indexOf(name)] }))
}

function classesIn (node) {
  if (node.type === 'ClassDeclaration' || node.type === 'ClassExpression') return [node]
  return childrenOf(node).flatMap(classesIn)
}

function privateNamesIn (node) {
  return node.type === 'PrivateIdentifier' ? [node] : childrenOf(node).flatMap(privateNamesIn)
}

function childrenOf (node) {
  return Object.values(node).flat().filter((child) => typeof child?.type === 'string')
}
