// Runs the tests: see HELP in options.ts.
import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { endWithShell } from '../end-with-shell.js'
import { endAll } from './child.js'
import { HELP, readOptions } from './options.js'
import type { Options } from './options.js'
import { planOf } from './plan.js'
import { runPhases, summarize } from './pool.js'
import { ROOT } from './rooms.js'
import { watch } from './watch.js'

/** The exit codes of a shell for a program that a signal has ended. */
const SIGNALS = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const

try {
  const options = readOptions(process.argv.slice(2))
  if (options.mode === 'help') console.log(HELP)
  else await inTemporaryFolder(async (folder) => await (options.mode === 'watch' ? watch : test)(options, folder))
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}

async function test (options: Options, folder: string): Promise<void> {
  const started = performance.now()
  const results = await runPhases(await planOf(options, folder), options.jobs)
  if (!summarize(results, performance.now() - started)) process.exitCode = 1
}

/**
 * Gives all tests one temporary folder. Whether the work ends or a signal ends it, no process and no folder is left.
 */
async function inTemporaryFolder (work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'fme-test-'))
  const cleanUp = async (): Promise<void> => {
    await endAll()
    for (const path of [folder, ...await fixturesOf(folder)]) {
      await rm(path, { recursive: true, force: true, maxRetries: 3 })
    }
  }
  for (const [signal, code] of Object.entries(SIGNALS)) {
    process.once(signal, () => {
      console.log(`${signal}: ending the tests`)
      void cleanUp().finally(() => process.exit(code))
    })
  }
  endWithShell()
  // A pipe that is closed, for example by `head`.
  process.stdout.once('error', () => process.kill(process.pid, 'SIGTERM')).on('error', () => undefined)
  try {
    // Servers that run as other users have their folders in it.
    await chmod(folder, 0o755)
    await work(folder)
  } finally {
    await cleanUp()
  }
}

/**
 * The fixtures that a signal left of this run. tap names them after the programs of the rooms, which are in the folder.
 */
async function fixturesOf (folder: string): Promise<readonly string[]> {
  const fixtures = join(ROOT, '.tap/fixtures')
  const names = await readdir(fixtures).catch(() => [])
  return names.filter((name) => name.includes(basename(folder))).map((name) => join(fixtures, name))
}
