// Builds dist/: a bundle of JavaScript for each entry, which includes the used parts of TypeBox, and the declarations.
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { execFileSync } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { rollup } from 'rollup'
import { dts } from 'rollup-plugin-dts'

const root = fileURLToPath(new URL('..', import.meta.url))
const { dependencies, peerDependencies } = JSON.parse(await readFile(`${root}package.json`, 'utf8'))
const typeboxLicense = await readFile(`${root}node_modules/typebox/license`, 'utf8')
const banner = `/*!\nContains parts of TypeBox, under this license:\n\n${typeboxLicense.trim()}\n*/`
const entries = ['index', 'checks/index']
const commands = ['probe/management-probe']

await rm(`${root}dist`, { recursive: true, force: true })
const options = {
  absWorkingDir: root,
  outdir: 'dist',
  outbase: 'lib',
  metafile: true,
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  external: Object.keys({ ...dependencies, ...peerDependencies }),
  legalComments: 'none',
  // Importing all of TypeBox takes twice as long as importing Fastify. The bundle contains only the used parts.
  treeShaking: true
}
// Entries share their common code, so that an error has the same class in all of them.
const { metafile } = await build({
  ...options,
  entryPoints: entries.map(source),
  splitting: true,
  chunkNames: 'shared/[hash]'
})
// A command runs as its own process. Sharing code with it would give every app more files to load.
await build({ ...options, entryPoints: commands.map(source) })
for (const [file, { inputs }] of Object.entries(metafile.outputs)) {
  if (!Object.keys(inputs).some((input) => input.includes('node_modules/typebox/'))) continue
  await writeFile(`${root}${file}`, `${banner}\n${await readFile(`${root}${file}`, 'utf8')}`)
}
for (const command of commands) await chmod(`${root}dist/${command}.js`, 0o755)
await bundleDeclarations()

function source (entry) {
  return `lib/${entry}.ts`
}

/**
 * Writes one declaration file for each entry, with the public types only. Types that entries share are in a file of
 * their own.
 */
async function bundleDeclarations () {
  const folder = await mkdtemp(join(tmpdir(), 'fme-declarations-'))
  try {
    const tsc = `${root}node_modules/typescript/bin/tsc`
    const args = [tsc, '--project', `${root}tsconfig.build.json`, '--outDir', folder]
    execFileSync(process.execPath, args, { stdio: 'inherit' })
    const bundle = await rollup({
      input: Object.fromEntries(entries.map((entry) => [entry, join(folder, `${entry}.d.ts`)])),
      external: [/^node:/, ...options.external],
      plugins: [dts()],
      onwarn: ({ message }) => { throw new Error(`the declarations cannot be bundled: ${message}`) }
    })
    const names = { entryFileNames: '[name].d.ts', chunkFileNames: 'shared/types.d.ts' }
    await bundle.write({ dir: `${root}dist`, format: 'es', ...names })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
