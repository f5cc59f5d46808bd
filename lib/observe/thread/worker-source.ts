import { fileURLToPath } from 'node:url'
import { buildSync } from 'esbuild'

/** Bundles the code of the thread into one text. The build replaces this module by its result. */
function bundle (): string {
  const entry = fileURLToPath(new URL('worker/main.ts', import.meta.url))
  const { outputFiles } = buildSync({
    entryPoints: [entry], bundle: true, write: false, platform: 'node', format: 'cjs', target: 'node20.19'
  })
  return outputFiles.map(({ text }) => text).join('')
}

export const WORKER_SOURCE: string = bundle()
