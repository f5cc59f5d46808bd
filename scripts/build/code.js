// Bundles lib/ as CommonJS, so that every way to load the package gives the same implementation.
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import commonjs from '@rollup/plugin-commonjs'
import nodeResolve from '@rollup/plugin-node-resolve'
import { transform } from 'esbuild'
import { rollup } from 'rollup'
import { compact } from './compact.js'
import { lazyBuiltins } from './lazy-builtins.js'
import { clientRoomOf, lazyClients } from './lazy-clients.js'
import { COMMAND, DIST, ENTRIES, LIB, pluginOf } from './paths.js'
import { prebuilt } from './prebuilt.js'
import { workerSource } from './worker-source.js'

const TARGET = 'node20.19'

/** Writes the code of both entries and of the command to dist/shared/, and the files that users load around it. */
export async function buildCode () {
  const publicNames = {}
  const bundle = await rollup({
    input: { ...sourcesOf(ENTRIES), command: join(LIB, 'probe/command.ts') },
    preserveEntrySignatures: 'allow-extension',
    external: ['fastify', /^node:/],
    plugins: [
      prebuilt(),
      workerSource(), typescript(), lazyClients(), nodeResolve(), commonjs(), recordNames(publicNames)
    ],
    treeshake: { moduleSideEffects: false },
    onwarn: ({ message }) => { throw new Error(`the code cannot be bundled: ${message}`) }
  })
  const { output } = await bundle.write({
    dir: join(DIST, 'shared'),
    format: 'cjs',
    exports: 'named',
    entryFileNames: '[name].cjs',
    chunkFileNames: '[name].cjs',
    manualChunks: roomOf,
    hoistTransitiveImports: false,
    minifyInternalExports: true,
    dynamicImportInCjs: false,
    esModule: false,
    externalLiveBindings: false,
    interop: 'default',
    generatedCode: { preset: 'es2015', symbols: false },
    plugins: [lazyBuiltins(), compact(() => Object.values(publicNames).flat())]
  })
  for (const { name, isEntry } of output) if (isEntry && name in ENTRIES) await writeEntry(name, publicNames[name])
  await writeCommand()
}

function sourcesOf (entries) {
  return Object.fromEntries(Object.entries(entries).map(([name, entry]) => [name, join(LIB, `${entry}.ts`)]))
}

/** Rooms that only some apps use, by file. Each file is loaded at its first use. */
const LAZY_ROOMS = {
  auto: ['checks/auto/'],
  checks: ['checks/'],
  metrics: ['metrics/', 'observe/metrics/'],
  springBootAdmin: ['spring-boot-admin/', 'observe/spring-boot-admin/'],
  watch: ['probe/watch/'],
  ui: ['observe/ui/', 'routes/ui-page'],
  listen: [
    'routes/separate-server', 'routes/management-server', 'routes/watch', 'routes/cluster-warning',
    'routes/unix-socket', 'observe/watch/', 'observe/thread/server-limits'
  ],
  thread: ['observe/thread/', 'routes/thread']
}

/**
 * Returns the file for a module. The modules that every app loads are in one file, because each file costs time.
 * Modules that the command loads too are in another file. The command starts for each probe, without the plugin.
 */
function roomOf (id, { getModuleInfo }) {
  if (isLoadedBy('index', id, getModuleInfo)) {
    return isLoadedBy('probe/command', id, getModuleInfo) ? 'base' : 'core'
  }
  // Otherwise a room that is loaded later would take these modules into its own file.
  if (isLoadedBy('probe/command', id, getModuleInfo)) {
    return isLoadedBy('checks/index', id, getModuleInfo) ? 'base' : 'command'
  }
  const path = relative(LIB, id)
  if (path.startsWith('health/')) return 'core'
  const isIn = (file) => LAZY_ROOMS[file].some((room) => path.startsWith(room))
  return clientRoomOf(id) ?? Object.keys(LAZY_ROOMS).find(isIn)
}

const loadedBy = new Map()

function isLoadedBy (entry, id, getModuleInfo) {
  let loaded = loadedBy.get(entry)
  if (loaded === undefined) {
    loaded = new Set([join(LIB, `${entry}.ts`)])
    for (const module of loaded) for (const imported of getModuleInfo(module).importedIds) loaded.add(imported)
    loadedBy.set(entry, loaded)
  }
  return loaded.has(id)
}

/**
 * Writes the CommonJS file and the ES module of an entry. Node scans a CommonJS file that an ES module imports for its
 * exports, which takes twice as long as running this package. The scan must therefore not reach dist/shared/.
 */
async function writeEntry (name, exports) {
  const file = join(DIST, ENTRIES[name])
  await mkdir(dirname(file), { recursive: true })
  const shared = relative(dirname(file), join(DIST, 'shared', `${name}.cjs`))
  const path = shared.startsWith('.') ? shared : `./${shared}`
  const list = `{ ${exports.filter((name) => name !== 'default').join(', ')} }`
  const [commonJs, esModule] = exports.includes('default')
    ? [
        `const ${list} = require('${path}')\n` +
        `module.exports = Object.assign(${pluginOf(name)}, { default: ${pluginOf(name)} }, ${list})\n`,
        `import plugin from './index.cjs'\n\nexport const ${list} = plugin\nexport default plugin\n`
      ]
    : [
        `const ${list} = require('${path}')\nmodule.exports = ${list}\n`,
        `import ${name} from './index.cjs'\n\nexport const ${list} = ${name}\n`
      ]
  await writeFile(`${file}.cjs`, `'use strict'\n\n${commonJs}`)
  await writeFile(`${file}.js`, esModule)
}

/** Writes the file that npm links as the command. It is a thin ES module, as the files of the entries are. */
async function writeCommand () {
  const { code } = await transform(await readFile(join(LIB, `${COMMAND}.ts`), 'utf8'), { loader: 'ts', target: TARGET })
  const file = join(DIST, `${COMMAND}.js`)
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, code.replace('./command.js', '../shared/command.cjs'), { mode: 0o755 })
}

/** A Rollup plugin that records the exports of each entry. The file of an entry exports more, for the other files. */
function recordNames (publicNames) {
  return {
    name: 'record-names',
    buildEnd () {
      for (const [name, entry] of Object.entries(ENTRIES)) {
        publicNames[name] = this.getModuleInfo(join(LIB, `${entry}.ts`)).exports
      }
    }
  }
}

function typescript () {
  return {
    name: 'typescript',
    resolveId (source, importer) {
      return /^\.{1,2}\//.test(source) && importer?.endsWith('.ts')
        ? join(dirname(importer), source.replace(/\.js$/, '.ts'))
        : null
    },
    async load (id) {
      if (!id.endsWith('.ts')) return null
      return (await transform(await readFile(id, 'utf8'), { loader: 'ts', target: TARGET })).code
    }
  }
}
