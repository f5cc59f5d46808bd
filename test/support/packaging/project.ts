import { cp, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { npm } from './run.js'

export const root = fileURLToPath(new URL('../../../', import.meta.url))
export const packageName = 'fastify-management-endpoints'

/** The result of `npm pack`. */
export interface Pack {
  readonly tarball: string
  /** Paths in the tarball, sorted. */
  readonly files: readonly string[]
}

/** Builds and packs this package into a folder, as for a release. */
export async function pack (folder: string): Promise<Pack> {
  const printed = await npm(['pack', '--json', '--pack-destination', folder], root)
  // The output of the build comes first.
  const [packed] = JSON.parse(printed.slice(printed.search(/^\[\s*\{/m))) as {
    filename: string
    files: { path: string }[]
  }[]
  if (packed === undefined) throw new Error(`npm pack made nothing: ${printed}`)
  return { tarball: join(folder, packed.filename), files: packed.files.map(({ path }) => path).sort() }
}

/** Creates a folder outside this package, so that code in it cannot find this package's own node_modules. */
export async function temporaryFolder (): Promise<{ path: string, remove: () => Promise<void> }> {
  const path = await realpath(await mkdtemp(join(tmpdir(), `${packageName}-`)))
  return { path, remove: async () => await rm(path, { recursive: true, force: true, maxRetries: 3 }) }
}

/** Makes an empty project and installs packages into it. */
export async function makeProject (folder: string, packages: readonly string[]): Promise<string> {
  await writeFile(join(folder, 'package.json'), JSON.stringify({ name: 'consumer', private: true, type: 'module' }))
  await addTo(folder, packages)
  return folder
}

export async function addTo (project: string, packages: readonly string[]): Promise<void> {
  await npm(['install', '--ignore-scripts', ...packages], project)
}

/** Copies a folder of this package into a project. */
export async function copyInto (project: string, ...folder: string[]): Promise<void> {
  await cp(join(root, ...folder), project, { recursive: true })
}

/** The version of a package that this project uses, as `name@version`, so that a consumer gets the same. */
export async function ownVersionOf (name: string): Promise<string> {
  const { version } = await readJson(join(root, 'node_modules', name, 'package.json'))
  return `${name}@${String(version)}`
}

export async function readJson (path: string): Promise<Record<string, unknown>> {
  return JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>
}
