import { spawn } from 'node:child_process'
import type { ChildProcessByStdio } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Interface } from 'node:readline'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import type t from 'tap'
import { threadsOf } from './threads-of.js'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** Shorter than the limit of a test, so that the failure shows what the process did. */
const LIMIT_MS = 240_000

/** How a process ended. */
export interface Ending {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stderr: string
}

/** A runtime for a file, and the folder that it starts in. */
export interface Runtime {
  readonly program: string
  /** The arguments before the file. */
  readonly flags: readonly string[]
  readonly cwd: string
}

/** Node as the tests run it. */
export function nodeRuntime (program = process.execPath): Runtime {
  return { program, flags: ['--import', 'tsx'], cwd: ROOT }
}

/**
 * Runs a JavaScript or TypeScript file in its own process. On Node tsconfig.json maps the package's name to its source.
 */
export class Program {
  readonly ending: Promise<Ending>
  /** The lines of its standard output. */
  readonly lines: string[] = []
  readonly #output: Interface
  /** The number of lines that `waitForLine()` has passed. */
  #passed = 0
  /** The state of the process when it did not end after a signal. */
  #hang = ''
  readonly #child: ChildProcessByStdio<null, Readable, Readable>

  /** Starts the file, on this Node by default. The end of the test kills the process. */
  constructor (
    test: Pick<typeof t, 'teardown'>,
    file: string,
    env: NodeJS.ProcessEnv = {},
    args: readonly string[] = [],
    { program, flags, cwd }: Runtime = nodeRuntime()
  ) {
    this.#child = spawn(program, [...flags, file, ...args], {
      cwd,
      env: { ...plainEnvironment(), ...env },
      stdio: ['ignore', 'pipe', 'pipe']
    })
    this.#output = createInterface({ input: this.#child.stdout }).on('line', (line) => this.lines.push(line))
    this.ending = endingOf(this.#child).then((ending) => ({ ...ending, stderr: ending.stderr + this.#hang }))
    test.teardown(async () => {
      this.#child.kill('SIGKILL')
      await this.ending
    })
  }

  /**
   * Waits for the next line of standard output that matches the pattern, and returns the pattern's group.
   * By default any line matches.
   */
  async waitForLine (pattern = /^(.*)$/): Promise<string> {
    for (let at = this.#passed; ; at++) {
      const [, found] = pattern.exec(await this.#line(at, pattern)) ?? []
      if (found === undefined) continue
      this.#passed = Math.max(this.#passed, at + 1)
      return found
    }
  }

  async #line (at: number, awaited: RegExp): Promise<string> {
    for (;;) {
      const line = this.lines[at]
      if (line !== undefined) return line
      const nextLine = once(this.#output, 'line', { signal: AbortSignal.timeout(LIMIT_MS) }).catch((error: unknown) => {
        throw new Error(`the process has not printed ${String(awaited)}: ${this.#describe()}`, { cause: error })
      })
      const ending = await Promise.race([nextLine, this.ending])
      if ('stderr' in ending && this.lines.length <= at) {
        throw new Error(`the process ended before it printed ${String(awaited)}: ${ending.stderr}`)
      }
    }
  }

  get pid (): number {
    return this.#child.pid ?? Number.NaN
  }

  /** Sends a signal. A process that has not ended 240 s later is killed, and `ending` shows its state. */
  kill (signal: NodeJS.Signals): void {
    this.#child.kill(signal)
    const limit = setTimeout(() => {
      this.#hang = `the process has not ended after ${signal}: ${this.#describe()}`
      this.#child.kill('SIGKILL')
    }, LIMIT_MS)
    this.#child.once('close', () => clearTimeout(limit))
  }

  /** Shows the last lines and the threads. */
  #describe (): string {
    return `its last lines are\n${this.lines.slice(-10).join('\n')}\nits threads are\n${threadsOf(this.pid)}`
  }
}

/** Variables that change the program's address, name or version. */
const REMOVED_VARIABLES = /^(PORT|HOST|VERSION|OTEL_\w+)$/

function plainEnvironment (): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !REMOVED_VARIABLES.test(name)))
}

async function endingOf (child: ChildProcessByStdio<null, Readable, Readable>): Promise<Ending> {
  const [stderr] = await Promise.all([text(child.stderr), once(child, 'close')])
  return { code: child.exitCode, signal: child.signalCode, stderr }
}
