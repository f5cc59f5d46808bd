import { execFile } from 'node:child_process'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
const QUIETLY = ['--no-audit', '--no-fund']

/** This package, and where it is. */
export const OWN = 'fastify-management-endpoints'
const root = join(import.meta.dirname, '..')

/** Installs what stands in package.json here. */
export async function install (): Promise<void> {
  await run('npm', ['install', ...QUIETLY], { cwd: import.meta.dirname })
}

/** Installs this package beside it, as its users do: from what is packed. */
export async function installOwn (): Promise<void> {
  const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', import.meta.dirname], { cwd: root })
  const [{ filename }] = JSON.parse(stdout.slice(stdout.indexOf('['))) as [{ filename: string }]
  try {
    await run('npm', ['install', `./${filename}`, '--no-save', ...QUIETLY], { cwd: import.meta.dirname })
  } finally {
    await rm(join(import.meta.dirname, filename))
  }
}

/** What npm takes for a package in the version that is installed here. */
export async function specifierOf (name: string): Promise<string> {
  return name === OWN ? root : `${name}@${await versionOf(name)}`
}

/** The version of a package that is installed here. */
export async function versionOf (name: string): Promise<string> {
  const text = await readFile(join(import.meta.dirname, 'node_modules', name, 'package.json'), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}
