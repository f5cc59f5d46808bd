// Loads Node's own modules at their first use. An app that never opens a TLS connection does not load node:tls.
import { parseAst } from 'rollup/parseAst'

/** Modules that take over a millisecond to load, unless Node or Fastify has loaded them. */
const SLOW = ['crypto', 'dns', 'fs/promises', 'http', 'http2', 'https', 'net', 'os', 'stream', 'tls', 'v8', 'zlib']
const REQUIRED = new RegExp(`^(?:var|const) ([\\w$]+) = require(?=\\('node:(?:${SLOW.join('|')})'\\);$)`, 'gm')

/**
 * A Rollup plugin that replaces the constant of each slow module by a function, and each use of it by a call. If
 * another variable had the same name, its declaration would become a call too, and the build would fail. The function
 * does not call `require()`: Jest fails a run if an app that is still working does so after the end of its test file.
 */
export function lazyBuiltins () {
  return {
    name: 'lazy-builtins',
    renderChunk (code) {
      const variables = new Set([...code.matchAll(REQUIRED)].map(([, variable]) => variable))
      let called = ''
      let done = 0
      for (const [at, text] of additions(parseAst(code), variables).sort(([left], [right]) => left - right)) {
        called += code.slice(done, at) + text
        done = at
      }
      return `${called}${code.slice(done)}`.replace(REQUIRED, 'const $1 = () => process.getBuiltinModule')
    }
  }
}

/**
 * Finds the additions below a node, as pairs of a position and a text: a call after each name of the variables, except
 * in their declarations and as names of properties. Without parentheses, `new http().Agent()` would construct `http`.
 */
function additions (node, variables) {
  if (node === null || typeof node !== 'object') return []
  if (Array.isArray(node)) return node.flatMap((child) => additions(child, variables))
  if (node.type === 'Identifier') return variables.has(node.name) ? [[node.end, '()']] : []
  const inside = childrenOf(node).flatMap((child) => additions(child, variables))
  const { type, callee } = node
  return type === 'NewExpression' && inside.some(([at]) => at <= callee.end)
    ? [[callee.start, '('], ...inside.filter(([at]) => at <= callee.end), [callee.end, ')'],
        ...inside.filter(([at]) => at > callee.end)]
    : inside
}

function childrenOf (node) {
  const { type, computed, init } = node
  if (type === 'VariableDeclarator' && init?.callee?.name === 'require') return []
  if (type === 'MemberExpression') return computed ? [node.object, node.property] : [node.object]
  if (!computed && 'key' in node) return [node.value]
  return Object.values(node)
}
