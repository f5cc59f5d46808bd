import { watch as watchFolder } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'
import type { Options } from './options.js'
import { planOf } from './plan.js'
import { runPhases, summarize } from './pool.js'
import { findIn, ROOT, testFiles } from './rooms.js'

const FOLDERS = ['lib', 'test', 'example', 'benchmark']
/** An editor writes a file in several steps. */
const QUIET_MS = 100

/** Runs the tests that import a file, directly or not, each time the file changes. Never resolves. */
export async function watch (options: Options, folder: string): Promise<void> {
  const chosen = options.paths.length > 0 ? await filesIn(options.paths) : await testFiles()
  const changed = new Set<string>()
  let timer: NodeJS.Timeout | undefined
  let running: Promise<void> = Promise.resolve()

  const runAffected = async (): Promise<void> => {
    const files = [...changed]
    changed.clear()
    const affected = await affectedBy(files, chosen)
    if (affected.length === 0) return
    console.log(`\n${files.join(', ')} changed: ${affected.length} test files`)
    const started = performance.now()
    const phases = await planOf({ ...options, mode: 'some', paths: affected }, folder)
    summarize(await runPhases(phases, options.jobs), performance.now() - started)
  }

  for (const name of FOLDERS) {
    watchFolder(join(ROOT, name), { recursive: true }, (_event, file) => {
      if (file?.endsWith('.ts') !== true) return
      changed.add(`${name}/${file}`)
      clearTimeout(timer)
      timer = setTimeout(() => {
        running = running.then(runAffected).catch((error: unknown) => console.error(error))
      }, QUIET_MS)
    })
  }
  console.log(`watching ${FOLDERS.join(', ')}`)
  await new Promise(() => undefined)
}

/** The test files that import any of some files, directly or not. */
async function affectedBy (files: readonly string[], entryPoints: readonly string[]): Promise<readonly string[]> {
  const { metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints: [...entryPoints],
    outdir: 'out',
    bundle: true,
    write: false,
    metafile: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    logLevel: 'silent'
  })
  return Object.values(metafile.outputs)
    .filter(({ inputs }) => files.some((file) => file in inputs))
    .flatMap(({ entryPoint }) => entryPoint ?? [])
}

async function filesIn (paths: readonly string[]): Promise<readonly string[]> {
  const found = await Promise.all(paths.map(findIn))
  return found.flatMap(({ rooms, files }) => [...rooms.flatMap((room) => room.files), ...files])
}
