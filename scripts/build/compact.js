// Makes code smaller, and keeps stack traces readable.
import { minify } from 'terser'
import { helpersIn } from './helpers.js'
import { inLines } from './in-lines.js'
import { shortenPrivateNames } from './private-names.js'

/** A function that is inlined has no frame of its own in a stack trace, so functions are not inlined. */
const COMPRESS = { ecma: 2020, passes: 2, inline: false, reduce_funcs: false, keep_fargs: true, sequences: false }
/** A function with so many mentions has several callers. Their names say more than the function's own name. */
const MENTIONS_OF_HELPER = 3
/** The functions that load Node's slow modules. */
const LOADER = /^const (\w+) = \(\) => require\(/gm

/**
 * A Rollup plugin that shortens the names of variables, private members and helpers. The names of classes, methods,
 * exported functions and other functions stay.
 */
export function compact (isExported) {
  return {
    name: 'compact',
    async renderChunk (text) {
      const loaders = [...text.matchAll(LOADER)].map(([, name]) => name)
      const short = [...loaders, ...helpersIn(text, MENTIONS_OF_HELPER)].filter((name) => !isExported(name))
      const names = { toplevel: true, keep_classnames: true, keep_fnames: allExcept(short) }
      const { code } = await minify(text, { ...names, compress: { ...COMPRESS, ...names }, mangle: names })
      return inLines(shortenPrivateNames(code))
    }
  }
}

function allExcept (names) {
  return new RegExp(`^(?!(?:${names.join('|').replaceAll('$', '\\$')})$)`)
}
