import { readdir } from 'node:fs/promises'
import { dirname, join, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

export const ROOT = fileURLToPath(new URL('../../', import.meta.url))

/**
 * What a room needs:
 *
 * - `portable`: only Node. These rooms run on every supported Node.
 * - `process`: processes of their own. They run on one Node and on the oldest supported one.
 * - `server`: a database, a broker or a proxy. They run on one Node.
 * - `packaging`: the packed tarball and npm. One run covers every Node.
 */
export type Tier = 'portable' | 'process' | 'server' | 'packaging'

/** A folder of test files that run in one process. */
export interface Room {
  /** Relative to the root, for example `test/health`. */
  readonly folder: string
  readonly tier: Tier
}

/** The rooms that are not portable. */
const TIERS: Readonly<Record<string, Tier>> = {
  'test/example': 'process',
  'test/process': 'process',
  'test/readme': 'process',
  'test/support': 'process',
  'test/checks/faults': 'server',
  'test/rolling': 'server',
  'test/support/servers': 'server',
  'test/packaging': 'packaging'
}

export const ROOM_FILE = 'room.ts'

/**
 * Finds the rooms: every folder below `test/` that has a `room.ts`.
 *
 * @throws an Error that names a test file which no room runs
 */
export async function findRooms (): Promise<readonly Room[]> {
  const files = await testFiles()
  const folders = files.filter((file) => file.endsWith(`/${ROOM_FILE}`)).map((file) => dirname(file))
  const orphan = files.find((file) => file.endsWith('.test.ts') && !folders.some((folder) => file.startsWith(`${folder}/`)))
  if (orphan !== undefined) throw new Error(`no room runs ${orphan}: add it to a ${ROOM_FILE} in its folder or above`)
  return folders.map((folder) => ({ folder, tier: TIERS[folder] ?? 'portable' }))
}

/** All files below `test/`, relative to the root, with `/` on every platform. */
export async function testFiles (): Promise<readonly string[]> {
  const names = await readdir(join(ROOT, 'test'), { recursive: true })
  return names.map((name) => `test/${name.split(sep).join('/')}`).sort()
}

/**
 * The files to run for the paths of a command line: a room's own file for a folder with a room, else every test file below it.
 *
 * @throws an Error if a path has no tests
 */
export async function filesOf (paths: readonly string[]): Promise<readonly string[]> {
  const files = await testFiles()
  return paths.flatMap((given) => {
    const path = given.replace(/^\.\//, '').replace(/\/$/, '')
    if (files.includes(`${path}/${ROOM_FILE}`)) return roomsBelow(files, path)
    const found = files.filter((file) => file.endsWith('.test.ts') && (file === path || file.startsWith(`${path}/`)))
    if (found.length === 0) throw new Error(`there are no tests at ${given}: expected a file that ends in .test.ts, or a folder below test/`)
    return found
  })
}

/** A room does not import the rooms below it. */
function roomsBelow (files: readonly string[], folder: string): readonly string[] {
  return files.filter((file) => file.startsWith(`${folder}/`) && file.endsWith(`/${ROOM_FILE}`))
}
