import { readdir, writeFile } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

export const ROOT = fileURLToPath(new URL('../../', import.meta.url))

/**
 * The needs of a room's tests:
 *
 * - `portable`: only Node. They run on every supported Node.
 * - `process`: processes of their own. They run on one Node and on the oldest supported one.
 * - `single`: a database, a broker, a proxy or a browser, or code whose result is the same on each Node. They run on
 *   one Node.
 * - `packaging`: the packed tarball and npm. They try every Node by themselves.
 */
export type Tier = 'portable' | 'process' | 'single' | 'packaging'

/** The test files of each folder run in one process, together with the folders below that are not in this list. */
const ROOMS: Readonly<Record<string, Tier>> = {
  test: 'portable',
  'test/attacks': 'portable',
  'test/attacks/fuzz': 'single',
  'test/benchmark': 'single',
  'test/checks': 'portable',
  'test/checks/faults': 'single',
  'test/docs': 'single',
  'test/example': 'process',
  'test/example/monitoring': 'single',
  'test/health': 'portable',
  'test/hosts': 'portable',
  'test/info': 'portable',
  'test/observe': 'portable',
  'test/observe/ui/browser': 'single',
  'test/packaging': 'packaging',
  'test/probe': 'portable',
  'test/process': 'process',
  'test/recipes': 'single',
  'test/rolling': 'single',
  'test/routes': 'portable',
  'test/shutdown': 'portable',
  'test/support': 'process',
  'test/support/servers': 'single'
}

/** A folder of test files that run in one process. */
export interface Room {
  /** Relative to the root, for example `test/health`. */
  readonly folder: string
  readonly tier: Tier
  /** Relative to the root. At least one. */
  readonly files: readonly string[]
}

/** Finds every test file, and the room that it belongs to. */
export async function findRooms (): Promise<readonly Room[]> {
  const all = await testFiles()
  return Object.entries(ROOMS).map(([folder, tier]) => {
    const files = all.filter((file) => roomOf(file) === folder)
    if (files.length === 0) throw new Error(`there are no test files in ${folder}: remove it from the list of rooms`)
    return { folder, tier, files }
  })
}

/** The test files below `test/`, relative to the root, with `/` on every platform. */
export async function testFiles (): Promise<readonly string[]> {
  const names = await readdir(join(ROOT, 'test'), { recursive: true })
  return names.filter((name) => name.endsWith('.test.ts')).map((name) => `test/${name.split(sep).join('/')}`).sort()
}

/** The rooms that lie completely in a path of a command line, and the other test files in it. */
export async function findIn (
  path: string
): Promise<{ readonly rooms: readonly Room[]; readonly files: readonly string[] }> {
  const wanted = path.replace(/^\.\//, '').replace(/\/$/, '')
  const isIn = (place: string): boolean => place === wanted || place.startsWith(`${wanted}/`)
  const rooms = (await findRooms()).filter(({ folder }) => isIn(folder))
  const files = (await testFiles()).filter((file) => isIn(file) && !rooms.some((room) => room.files.includes(file)))
  if (rooms.length + files.length > 0) return { rooms, files }
  throw new Error(`there are no tests at ${path}: expected a file that ends in .test.ts, or a folder in test/`)
}

/**
 * Writes the program that runs a room. It imports the files statically: tap ends a process between dynamic imports.
 * Returns its path.
 */
export async function writeProgram ({ folder, files }: Room, target: string): Promise<string> {
  const path = join(target, `${folder.replaceAll('/', '-')}.mjs`)
  const support = urlOf('test/support/room.ts')
  const lines = [
    `import { endRoom } from '${support}'`,
    ...files.map((file) => `import '${urlOf(file)}'`),
    `await endRoom(${files.length})`
  ]
  await writeFile(path, `${lines.join('\n')}\n`)
  return path
}

function urlOf (file: string): string {
  return pathToFileURL(join(ROOT, file)).href
}

/** The nearest folder above a file that is a room. */
function roomOf (file: string): string {
  const folder = file.slice(0, file.lastIndexOf('/'))
  return folder in ROOMS ? folder : roomOf(folder)
}
