// Makes code smaller, and keeps stack traces readable.
import { minify } from 'terser'
import { inLines } from './in-lines.js'

/** A function that is inlined has no frame of its own in a stack trace, so functions are not inlined. */
const COMPRESS = { ecma: 2020, passes: 2, inline: false, reduce_funcs: false, keep_fargs: true, sequences: false }

/** Returns the code of a file with short local and private names. The names of classes, methods and functions stay. */
export async function compact (code, { isModule = false } = {}) {
  const names = { keep_fnames: true, keep_classnames: true, toplevel: true }
  const options = { ...names, module: isModule, format: { comments: false, ecma: 2020 } }
  return inLines((await minify(code, { ...options, compress: { ...COMPRESS, ...names }, mangle: names })).code)
}
