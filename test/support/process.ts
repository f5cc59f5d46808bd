import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type t from 'tap'

/** A program that runs beside a test. */
export interface Program {
  /** The line of its standard output that said that it is ready. */
  readonly line: string
  /** What it has written to its standard error so far. */
  readonly errors: () => string
  /** Sends SIGTERM, and gives what the program ended with. */
  readonly end: () => Promise<{ readonly code: number | null, readonly signal: NodeJS.Signals | null }>
}

export interface ProgramOptions {
  /** What the line looks like that says that it is ready. Default any line. */
  readonly ready?: RegExp
  readonly env?: NodeJS.ProcessEnv
}

/** Leads the package's own name to its source, so that no build is needed. */
export const FROM_SOURCE = { TSX_TSCONFIG_PATH: 'test/example/from-source.json' }

/** Starts a TypeScript file as a process of its own, waits until it is ready, and ends it with the test. */
export async function startProgram (test: Pick<typeof t, 'teardown'>, file: string, { ready = /^/, env = {} }: ProgramOptions = {}): Promise<Program> {
  const child = spawn(process.execPath, ['--import', 'tsx', file], { stdio: ['ignore', 'pipe', 'pipe'], env: { ...plainEnvironment(), ...env } })
  const exit = once(child, 'exit')
  test.teardown(() => child.kill('SIGKILL'))
  let errors = ''
  child.stderr.on('data', (chunk) => { errors += String(chunk) })
  const lines = createInterface({ input: child.stdout })
  const line = await new Promise<string>((resolve, reject) => {
    lines.on('line', (line) => { if (ready.test(line)) resolve(line) })
    child.once('exit', () => reject(new Error(`${file} ended before it was ready: ${errors}`)))
  })
  return {
    line,
    errors: () => errors,
    async end () {
      child.kill('SIGTERM')
      await exit
      return { code: child.exitCode, signal: child.signalCode }
    }
  }
}

/** Without what the test runner adds for its own children: the program is to run as its user's would. */
function plainEnvironment (): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(NODE_OPTIONS|TAP|_TAPJS|PORT|HOST|VERSION|OTEL_)/.test(name)))
}
