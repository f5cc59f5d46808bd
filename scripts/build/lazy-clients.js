// Loads the check of each client at its first use. An app that checks PostgreSQL does not load the check of NATS.
import { dirname, join, relative } from 'node:path'
import { LIB } from './paths.js'

const ENTRY = join(LIB, 'checks/index.ts')
const CLIENTS = join(LIB, 'checks/clients')
/** The exports of one line of the entry. */
const EXPORTS = /^export \{ ([\w, ]+) \} from ["']\.\/clients\/([\w-]+)\/([\w-]+)\.js["'];?$/gm
/** The modules that the plugin makes: one for each client's folder, with its exports. */
const FOLDER = '\0client:'

/**
 * A Rollup plugin that replaces each export of a client's check by a function, which loads the file of that client's
 * folder and calls the check in it. A CommonJS file can load another file synchronously.
 */
export function lazyClients () {
  const folders = new Map()
  return {
    name: 'lazy-clients',
    transform (code, id) {
      if (id !== ENTRY) return null
      for (const [, names, folder, file] of code.matchAll(EXPORTS)) {
        folders.set(folder, [...folders.get(folder) ?? [], `export { ${names} } from './${folder}/${file}.js'`])
      }
      for (const folder of folders.keys()) {
        this.emitFile({ type: 'chunk', id: FOLDER + folder, name: folder, preserveSignature: 'allow-extension' })
      }
      const lazy = code.replace(EXPORTS, (_line, names, folder) => functionsFor(names, folder))
      if (lazy.includes('/clients/')) throw new Error(`an export of ${ENTRY} has another form, so it cannot be lazy`)
      return lazy
    },
    resolveId (source, importer = '') {
      if (source.startsWith(FOLDER)) return source
      return importer.startsWith(FOLDER) ? join(CLIENTS, source.replace(/\.js$/, '.ts')) : null
    },
    load (id) {
      return id.startsWith(FOLDER) ? folders.get(id.slice(FOLDER.length)).join('\n') : null
    }
  }
}

function functionsFor (names, folder) {
  const lazy = (name) => `export function ${name} (...args) { return require('./${folder}.cjs').${name}(...args) }`
  return names.split(', ').map(lazy).join('\n')
}

/** Returns the file for a module of a client: its folder, or the file that all clients share. */
export function clientRoomOf (id) {
  if (id.startsWith(FOLDER)) return id.slice(FOLDER.length)
  const path = relative(CLIENTS, id)
  if (path.startsWith('..')) return undefined
  return dirname(path) === '.' ? 'clients' : dirname(path).split('/')[0]
}
