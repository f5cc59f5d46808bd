// Bundles the code of the thread of `listen.thread` into one text, so that bundles of the app need no further file.
import { join } from 'node:path'
import { build } from 'esbuild'
import { minify } from 'terser'
import { inLines } from './in-lines.js'
import { LIB } from './paths.js'
import { shortenPrivateNames } from './private-names.js'

const MODULE = join(LIB, 'observe/thread/worker-source.ts')
const ENTRY = join(LIB, 'observe/thread/worker/main.ts')

/** A Rollup plugin that replaces the module of the text by the text. */
export function workerSource () {
  return {
    name: 'worker-source',
    async load (id) {
      return id === MODULE ? `export const WORKER_SOURCE = ${joined((await sourceOf()).split('\n'))}\n` : null
    }
  }
}

async function sourceOf () {
  const { outputFiles: [{ text }] } = await build({
    entryPoints: [ENTRY], bundle: true, write: false, platform: 'node', format: 'cjs', target: 'node20.19'
  })
  const compress = { ecma: 2020, passes: 2 }
  const { code } = await minify(text, { compress, mangle: { toplevel: true }, keep_classnames: true })
  return inLines(shortenPrivateNames(code))
}

/** Each line is a line of the package too, because an uncaught error prints the line that it comes from. */
function joined (lines) {
  return `[${lines.map((line) => JSON.stringify(line)).join(',')}].join("\\n")`
}
