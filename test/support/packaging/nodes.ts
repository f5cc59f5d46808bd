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

/** Whether to fail where something cannot be had, instead of leaving tests out. */
export function nothingMaySkip (): boolean {
  return !['', 'false', '0', undefined].includes(process.env['CI'])
}

/**
 * The path of a binary of Node, by its major or whole version, which is installed from npm at the first use. `undefined`
 * where it cannot be had; with `CI` in the environment it rejects instead.
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

/** Installs beside, tries the binary, and renames, so that nobody ever sees half of one. */
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
