import { execFile } from 'node:child_process'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
const QUIETLY = ['--no-audit', '--no-fund']

/** The name and the folder of this package. */
export const OWN = 'fastify-management-endpoints'
const root = join(import.meta.dirname, '..')

/** Installs the packages in `benchmark/package.json`. */
export async function install (): Promise<void> {
  await run('npm', ['install', ...QUIETLY], { cwd: import.meta.dirname })
}

/** Packs this package and installs the tarball in `benchmark/`, as users install it. */
export async function installOwn (): Promise<void> {
  const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', import.meta.dirname], { cwd: root })
  const [{ filename }] = JSON.parse(stdout.slice(stdout.indexOf('['))) as [{ filename: string }]
  try {
    await run('npm', ['install', `./${filename}`, '--no-save', ...QUIETLY], { cwd: import.meta.dirname })
  } finally {
    await rm(join(import.meta.dirname, filename))
  }
}

/** Returns npm's specifier of a package in the version that `benchmark/` uses. */
export async function specifierOf (name: string): Promise<string> {
  return name === OWN ? root : `${name}@${await versionOf(name)}`
}

/** Returns the version of a package in `benchmark/node_modules`. */
export async function versionOf (name: string): Promise<string> {
  const text = await readFile(join(import.meta.dirname, 'node_modules', name, 'package.json'), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}
