import { execFile } from 'node:child_process'
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** How large a package is, in bytes. */
export interface Size {
  readonly packed: number
  /** It and what it depends on, as installed; without peers, which an app has anyway. */
  readonly installed: number
}

/** Sizes of what npm gives for a specifier: a name with a version, or a folder. */
export async function sizeOf (specifier: string): Promise<Size> {
  const folder = await mkdtemp(join(tmpdir(), 'benchmark-size-'))
  try {
    const { stdout } = await run('npm', ['pack', specifier, '--json', '--ignore-scripts', '--pack-destination', folder])
    const [{ filename, size }] = JSON.parse(stdout) as [{ filename: string, size: number }]
    await writeFile(join(folder, 'package.json'), '{ "private": true }')
    await run('npm', ['install', `./${filename}`, '--omit=dev', '--omit=peer', '--legacy-peer-deps', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: folder })
    return { packed: size, installed: await bytesIn(join(folder, 'node_modules')) }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function bytesIn (folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const sizes = await Promise.all(entries.filter((entry) => entry.isFile()).map(async (entry) => (await stat(join(entry.parentPath, entry.name))).size))
  return sizes.reduce((sum, size) => sum + size, 0)
}
