// Builds dist/: a bundle of JavaScript for each entry, which includes the used parts of TypeBox, and the declarations.
import { chmod, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { execFileSync } from 'node:child_process'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

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
execFileSync(process.execPath, [`${root}node_modules/typescript/bin/tsc`, '--project', `${root}tsconfig.build.json`], {
  stdio: 'inherit'
})

// Users need only the declarations that the entries refer to.
const needed = new Set()
for (const entry of entries) await follow(`${root}dist/${entry}.d.ts`)
for (const entry of await readdir(`${root}dist`, { recursive: true, withFileTypes: true })) {
  const file = join(entry.parentPath, entry.name)
  if (entry.isFile() && file.endsWith('.d.ts') && !needed.has(file)) await rm(file)
}

function source (entry) {
  return `lib/${entry}.ts`
}

async function follow (file) {
  if (needed.has(file)) return
  needed.add(file)
  const text = await readFile(file, 'utf8')
  for (const [, path] of text.matchAll(/(?:from|import\()\s*['"](\.[^'"]+)\.js['"]/g)) {
    await follow(join(dirname(file), `${path}.d.ts`))
  }
}
