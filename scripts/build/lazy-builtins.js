// Loads Node's own modules at their first use. An app that never opens a TLS connection does not load node:tls.

/** Modules that take over a millisecond to load, unless Node or Fastify has loaded them. */
const SLOW = ['crypto', 'dns', 'fs/promises', 'http', 'http2', 'https', 'net', 'os', 'stream', 'tls', 'v8', 'zlib']

/** A Rollup plugin that replaces each `require()` of a slow module by an object with getters. */
export function lazyBuiltins () {
  return {
    name: 'lazy-builtins',
    renderChunk (code) {
      return code.replace(/^(?:var|const) (\w+) = require\('node:([\w/]+)'\);$/gm, (statement, variable, name) => {
        if (!SLOW.includes(name)) return statement
        const used = new Set([...code.matchAll(new RegExp(`\\b${variable}\\.(\\w+)`, 'g'))].map(([, name]) => name))
        const getters = [...used].map((property) => `get ${property}() { return require('node:${name}').${property} }`)
        return `const ${variable} = { ${getters.join(', ')} };`
      })
    }
  }
}
