import { readdir, readFile } from 'node:fs/promises'
import { dirname, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'

/** How long a room may take. It only ends a test that hangs, so it is long enough for a busy machine. */
const LIMIT_MS = 15 * 60_000

t.setTimeout(LIMIT_MS)
// A file that runs alone sets the limit of its process, which is the limit of all files here.
Object.assign(t, { setTimeout: () => undefined })

let isComplete = false

// tap ends a room when a file calls t.end(), or when all files wait for something else than a test. It then drops the tests that follow.
process.on('exit', () => {
  if (isComplete) return
  console.error('the room ended before all of its test files had run')
  process.exitCode = 1
})

/**
 * Ends a room, a file that imports every test file of its folder so that they share one process. Proves that none is missing.
 *
 * @example
 * import { everyFile } from '../support/every-file.js'
 * import './one.test.js'
 * import './two.test.js'
 *
 * await everyFile(import.meta.url)
 */
export async function everyFile (url: string): Promise<void> {
  const path = fileURLToPath(url)
  const source = await readFile(path, 'utf8')
  const imported = [...source.matchAll(/^import '\.\/(.*)\.js'$/gm)].map(([, name = '']) => `${name}.ts`)
  await t.test('the room imports each of its test files once', async (t) => {
    t.same(imported.sort(), await testFilesOf(dirname(path)))
    isComplete = true
  })
}

/** The test files in a folder and below it, except those of the rooms below it. */
async function testFilesOf (folder: string): Promise<readonly string[]> {
  const files = (await readdir(folder, { recursive: true })).map((name) => name.split(sep).join('/'))
  const rooms = files.filter((file) => file.endsWith('/room.ts')).map((file) => `${dirname(file)}/`)
  return files.filter((file) => file.endsWith('.test.ts') && !rooms.some((room) => file.startsWith(room))).sort()
}
