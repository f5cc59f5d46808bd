import { access, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { npm, run } from './run.js'

const cache = fileURLToPath(new URL('../../../node_modules/.cache/nodes/', import.meta.url))
const platform = process.platform === 'win32' ? 'win' : process.platform
const packageName = `node-${platform}-${process.arch}`
const executable = join('bin', process.platform === 'win32' ? 'node.exe' : 'node')

/** The oldest Node that the package supports. */
export const OLDEST_NODE = '20.19.0'

/** The supported majors of Node, except the running one. */
export function otherMajors (): readonly string[] {
  return ['20', '22', '24', '26'].filter((major) => !process.versions.node.startsWith(`${major}.`))
}

/** Whether a missing tool fails the tests instead of skipping them. */
export function nothingMaySkip (): boolean {
  return !['', 'false', '0', undefined].includes(process.env['CI'])
}

/**
 * Finds a binary of Node by its major or full version, and installs it from npm at the first use. Resolves to
 * `undefined` if npm has none for this machine; rejects instead if `CI` is set.
 */
export async function nodeBinary (version: string): Promise<string | undefined> {
  const home = join(cache, version)
  const binary = join(home, executable)
  if (await exists(binary)) return binary
  try {
    await install(version, home)
    return binary
  } catch (error) {
    if (nothingMaySkip()) throw error
    return undefined
  }
}

/** Installs into another folder, tries the binary, and renames the folder, so that no process ever sees half of it. */
async function install (version: string, home: string): Promise<void> {
  await mkdir(cache, { recursive: true })
  const folder = await mkdtemp(join(cache, '.installing-'))
  try {
    await writeFile(join(folder, 'package.json'), '{}')
    await npm(['install', '--ignore-scripts', '--no-package-lock', `${packageName}@${version}`], folder)
    const installed = join(folder, 'node_modules', packageName)
    await run(join(installed, executable), ['--version'], folder)
    await rename(installed, home).catch(async (error: unknown) => {
      if (!await exists(join(home, executable))) throw error
    })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function exists (path: string): Promise<boolean> {
  return await access(path).then(() => true, () => false)
}
