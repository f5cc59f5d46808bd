import t from 'tap'

/** How long a room may take. It only ends a test that hangs, so it is long enough for a busy machine. */
const LIMIT_MS = 15 * 60_000

t.setTimeout(LIMIT_MS)
Object.assign(t, {
  // A file that runs alone sets the limit of its process, which is the limit of all files here.
  setTimeout: () => undefined,
  // With a teardown of its own, tap ends a process as soon as it waits for something else than a test, and drops the tests that follow.
  teardown: () => { throw new Error('add the teardown to a test instead of the file, so that the room does not end early') }
})

let isComplete = false

// For example because a file called t.end().
process.on('exit', () => {
  if (isComplete) return
  console.error('the room ended before all of its test files had run')
  process.exitCode = 1
})

/** Ends a room, a program that imports the test files of a folder so that they share one process. Proves that tap still runs tests. */
export async function endRoom (files: number): Promise<void> {
  await t.test(`all ${files} test files of the room have run`, (t) => {
    isComplete = true
    t.end()
  })
}
