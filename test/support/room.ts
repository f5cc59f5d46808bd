import t from 'tap'
import { isLong } from './long.js'

/** The time limit of a room. It only ends tests that hang, so it is long enough for a busy machine. */
const LIMIT_MS = (isLong ? 60 : 15) * 60_000

t.setTimeout(LIMIT_MS)
Object.assign(t, {
  // A test file sets the time limit of the whole process, so here it would change the limit of all files.
  setTimeout: () => undefined,
  // With a teardown at file level, tap ends the process at the first await outside a test, and drops all later tests.
  teardown: () => {
    throw new Error('add the teardown to a test instead of the file, so that the room does not end early')
  }
})

let isComplete = false

// A file that calls t.end() ends the room early, for example.
process.on('exit', () => {
  if (isComplete) return
  console.error('the room ended before all of its test files had run')
  process.exitCode = 1
})

/**
 * Ends a room: a program that imports the test files of a folder, so that they share one process.
 * Its own test proves that tap has not ended early.
 */
export async function endRoom (files: number): Promise<void> {
  await t.test(`all ${files} test files of the room have run`, (t) => {
    isComplete = true
    t.end()
  })
}
