import { execFile } from 'node:child_process'
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** The sizes of a package, in bytes. */
export interface Size {
  readonly packed: number
  /** The installed size with dependencies, but without peer dependencies, which an app already has. */
  readonly installed: number
  /** The installed size without Markdown files. */
  readonly withoutDocuments: number
}

/** Returns the sizes of a package. The specifier is a name with a version, or a folder. */
export async function sizeOf (specifier: string): Promise<Size> {
  const folder = await mkdtemp(join(tmpdir(), 'benchmark-size-'))
  try {
    const { stdout } = await run('npm', ['pack', specifier, '--json', '--ignore-scripts', '--pack-destination', folder])
    const [{ filename, size }] = JSON.parse(stdout) as [{ filename: string, size: number }]
    await writeFile(join(folder, 'package.json'), '{ "private": true }')
    const omitted = ['--omit=dev', '--omit=peer', '--legacy-peer-deps']
    const flags = [...omitted, '--ignore-scripts', '--no-audit', '--no-fund']
    await run('npm', ['install', `./${filename}`, ...flags], { cwd: folder })
    const modules = join(folder, 'node_modules')
    const withoutDocuments = await bytesIn(modules, (file) => !file.endsWith('.md'))
    return { packed: size, installed: await bytesIn(modules, () => true), withoutDocuments }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function bytesIn (folder: string, isCounted: (file: string) => boolean): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile() && isCounted(entry.name))
  const stats = await Promise.all(files.map(async (file) => await stat(join(file.parentPath, file.name))))
  return stats.reduce((sum, { size }) => sum + size, 0)
}
