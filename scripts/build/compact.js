// Makes code smaller, and keeps the frames of stack traces that users know.
import { minify } from 'terser'
import { inLines } from './in-lines.js'
import { withLet } from './let.js'
import { shortenPrivateNames } from './private-names.js'

/** A function that is inlined has no frame of its own in a stack trace, so functions are not inlined. */
const COMPRESS = { ecma: 2020, passes: 2, inline: false, reduce_funcs: false, keep_fargs: true, sequences: false }

/**
 * A Rollup plugin that shortens the names of variables, private members and functions. The names of classes, public
 * methods and exported functions stay.
 */
export function compact (exported) {
  return {
    name: 'compact',
    async renderChunk (text) {
      const names = { toplevel: true, keep_classnames: true, keep_fnames: new RegExp(`^(?:${exported().join('|')})$`) }
      const { code } = await minify(text, { ...names, compress: { ...COMPRESS, ...names }, mangle: names })
      return inLines(withLet(shortenPrivateNames(code)))
    }
  }
}
