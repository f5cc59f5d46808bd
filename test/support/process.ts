import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type t from 'tap'

/** A program that runs beside a test. */
export interface Program {
  /** The first line that it wrote to its standard output. */
  readonly firstLine: string
  /** What it has written to its standard error so far. */
  readonly errors: () => string
  /** Sends a signal, and gives what the program ended with. */
  readonly end: (signal?: NodeJS.Signals) => Promise<{ readonly code: number | null, readonly signal: NodeJS.Signals | null }>
}

/** Starts a TypeScript file as a process of its own, waits for its first line, and ends it with the test. */
export async function startProgram (test: Pick<typeof t, 'teardown'>, file: string): Promise<Program> {
  const child = spawn(process.execPath, ['--import', 'tsx', file], { stdio: ['ignore', 'pipe', 'pipe'], env: plainEnvironment() })
  const exit = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>
  test.teardown(() => child.kill('SIGKILL'))
  let errors = ''
  child.stderr.on('data', (chunk) => { errors += String(chunk) })
  const line = await Promise.race([firstLineOf(child.stdout), exit])
  if (typeof line !== 'string') throw new Error(`${file} ended before it said anything: ${errors}`)
  return {
    firstLine: line,
    errors: () => errors,
    async end (signal = 'SIGTERM') {
      child.kill(signal)
      const [code, endedBy] = await exit
      return { code, signal: endedBy }
    }
  }
}

/** Without what the test runner adds for its own children: the program is to run as its user's would. */
function plainEnvironment (): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(NODE_OPTIONS|TAP|_TAPJS)/.test(name)))
}

async function firstLineOf (stream: NodeJS.ReadableStream): Promise<string> {
  let text = ''
  for await (const chunk of stream.setEncoding('utf8')) {
    text += String(chunk)
    if (text.includes('\n')) break
  }
  return text.split('\n')[0] ?? ''
}
