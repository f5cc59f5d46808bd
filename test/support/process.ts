import { spawn } from 'node:child_process'
import type { ChildProcessByStdio } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Interface } from 'node:readline'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import type t from 'tap'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** What became of a process. */
export interface Ending {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stderr: string
}

/** A file, of TypeScript too, that runs as a process of its own, with the package's name led to its source as tsconfig.json has it. */
export class Program {
  readonly ending: Promise<Ending>
  /** What it has said on its standard output. */
  readonly lines: string[] = []
  readonly #output: Interface
  /** How many of the lines have been waited for. */
  #heard = 0
  readonly #child: ChildProcessByStdio<null, Readable, Readable>

  /** Starts a file; whatever happens, it ends with the test. */
  constructor (test: Pick<typeof t, 'teardown'>, file: string, env: NodeJS.ProcessEnv = {}, args: readonly string[] = []) {
    this.#child = spawn(process.execPath, ['--import', 'tsx', file, ...args], { cwd: ROOT, env: { ...plainEnvironment(), ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
    this.#output = createInterface({ input: this.#child.stdout }).on('line', (line) => this.lines.push(line))
    this.ending = endingOf(this.#child)
    test.teardown(async () => {
      this.#child.kill('SIGKILL')
      await this.ending
    })
  }

  /** Waits for a line of its standard output that has not been waited for, by default the next, and gives what the pattern's group holds. */
  async says (pattern = /^(.*)$/): Promise<string> {
    for (let at = this.#heard; ; at++) {
      const [, found] = pattern.exec(await this.#line(at, pattern)) ?? []
      if (found === undefined) continue
      this.#heard = Math.max(this.#heard, at + 1)
      return found
    }
  }

  async #line (at: number, awaited: RegExp): Promise<string> {
    for (;;) {
      const line = this.lines[at]
      if (line !== undefined) return line
      const ending = await Promise.race([once(this.#output, 'line'), this.ending])
      if ('stderr' in ending && this.lines.length <= at) throw new Error(`it ended before it said ${String(awaited)}: ${ending.stderr}`)
    }
  }

  get pid (): number {
    return this.#child.pid ?? Number.NaN
  }

  kill (signal: NodeJS.Signals): void {
    this.#child.kill(signal)
  }
}

/** Without the variables that decide how the program listens and which name it has. Its coverage is not counted, which lets it end sooner. */
function plainEnvironment (): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(PORT|HOST|VERSION|OTEL_\w+|NODE_V8_COVERAGE)$/.test(name)))
}

async function endingOf (child: ChildProcessByStdio<null, Readable, Readable>): Promise<Ending> {
  const [stderr] = await Promise.all([text(child.stderr), once(child, 'close')])
  return { code: child.exitCode, signal: child.signalCode, stderr }
}
