// Bundles the public types into one CommonJS declaration file, which the declarations of both formats re-export.
import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { rollup } from 'rollup'
import { dts } from 'rollup-plugin-dts'
import { DIST, ENTRIES, MODULES, pluginOf, ROOT } from './paths.js'

export async function buildDeclarations () {
  const folder = await mkdtemp(join(tmpdir(), 'fme-declarations-'))
  try {
    const args = [join(MODULES, 'typescript/bin/tsc'), '--project', join(ROOT, 'tsconfig.build.json')]
    execFileSync(process.execPath, [...args, '--outDir', folder], { stdio: 'inherit' })
    const bundle = await rollup({
      input: Object.fromEntries(Object.entries(ENTRIES).map(([name, file]) => [name, join(folder, `${file}.d.ts`)])),
      external: ['fastify', /^node:/],
      plugins: [dts(), shorter()],
      onwarn: ({ message }) => { throw new Error(`the declarations cannot be bundled: ${message}`) }
    })
    const { output } = await bundle.write({
      dir: join(DIST, 'shared'),
      format: 'es',
      entryFileNames: '[name].d.cts',
      chunkFileNames: 'types.d.cts',
      minifyInternalExports: false
    })
    for (const { name, isEntry, exports } of output) if (isEntry) await writeEntry(name, exports)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** A Rollup plugin that indents code with tabs, and comments not at all. Editors show the same. */
function shorter () {
  return {
    name: 'shorter',
    renderChunk: (code) => code
      .replace(/^ *\*\n/gm, '')
      .replace(/^ +(?=\*)/gm, '')
      .replace(/^(?: {4})+/gm, (spaces) => '\t'.repeat(spaces.length / 4))
  }
}

/** Writes the declarations of an entry in both formats. An app can augment the interfaces in either of them. */
async function writeEntry (name, exports) {
  const file = join(DIST, ENTRIES[name])
  await mkdir(dirname(file), { recursive: true })
  const shared = relative(dirname(file), join(DIST, 'shared', `${name}.cjs`))
  const path = shared.startsWith('.') ? shared : `./${shared}`
  const all = `export * from '${path}'\n`
  const isPlugin = exports.includes('default')
  await writeFile(`${file}.d.ts`, isPlugin ? `${all}export { ${pluginOf(name)} as default } from '${path}'\n` : all)
  await writeFile(`${file}.d.cts`, isPlugin ? pluginDeclarations(path, pluginOf(name), exports) : all)
}

/** `require()` returns the plugin, which has the other exports as properties. */
function pluginDeclarations (path, plugin, exports) {
  const others = exports.filter((name) => name === 'errors').map((name) => `${name}, `).join('')
  const values = ['default', 'errors', plugin]
  const types = exports.filter((name) => !values.includes(name)).toSorted().join(',\n  ')
  return `import { ${others}${plugin} as plugin } from '${path}'
import type {
  ${types}
} from '${path}'

declare function ${plugin} (...args: Parameters<typeof plugin>): ReturnType<typeof plugin>

declare namespace ${plugin} {
  export type {
  ${types.replaceAll('  ', '    ').replace(/^/, '  ')}
  }
  export { ${others}plugin as default, plugin as ${plugin} }
}

export = ${plugin}
`
}
