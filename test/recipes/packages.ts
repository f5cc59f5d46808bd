import { createHash } from 'node:crypto'
import { access, cp, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { npm } from '../support/packaging/run.js'

const MANIFESTS = fileURLToPath(new URL('packages/', import.meta.url))
const CACHE = fileURLToPath(new URL('../../node_modules/.cache/recipes/', import.meta.url))
const PRISMA_CLIENT = new URL('prisma-client.cjs', import.meta.url)

/**
 * Installs the packages of all recipes, once for each change of their versions. They are not packages of this project,
 * because they take 300 MB. Resolves to the folder that contains their `node_modules`.
 */
export async function installPackages (): Promise<string> {
  const lock = await readFile(join(MANIFESTS, 'package-lock.json'))
  const home = join(CACHE, createHash('sha256').update(lock).digest('hex').slice(0, 16))
  if (!await exists(home)) await installInto(home)
  return home
}

/** Installs into another folder, and renames it, so that no process ever sees half of it. */
async function installInto (home: string): Promise<void> {
  await mkdir(CACHE, { recursive: true })
  const folder = await mkdtemp(join(CACHE, '.installing-'))
  try {
    await cp(MANIFESTS, folder, { recursive: true })
    // Libraries list drivers as optional peers, in older versions than the recipes use.
    await npm(['ci', '--ignore-scripts', '--legacy-peer-deps'], folder)
    const generated = join(folder, 'node_modules/.prisma/client')
    await mkdir(generated, { recursive: true })
    await writeFile(join(generated, 'default.js'), await readFile(PRISMA_CLIENT))
    await rename(folder, home).catch(async (error: unknown) => {
      if (!await exists(home)) throw error
    })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function exists (path: string): Promise<boolean> {
  return await access(path).then(() => true, () => false)
}
