import { spawn, spawnSync } from 'node:child_process'
import type { ChildProcessByStdio } from 'node:child_process'
import { once } from 'node:events'
import type { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { binary, PATH } from './binary.js'
import { isAlive, processTree, signalAll } from './process-tree.js'
import type { Process } from './process-tree.js'
import type { Place } from './place.js'

/** A program to run. */
export interface Command {
  readonly program: string
  readonly args: readonly string[]
  readonly env?: Readonly<Record<string, string>>
}

const LOG_LENGTH = 4_000
const POLL_MS = 10
const AT_ONCE_LIMIT_MS = 2_000
const GRACE_MS = 5_000
const LAST_WORDS_LIMIT_MS = 1_000

/** If `setpriv` supports it, the kernel kills the server when the test process ends, for whatever reason. */
const LEASH = ['setpriv', '--pdeathsig', 'KILL']
const [leash = '', ...leashArgs] = LEASH
const leashed = spawnSync(leash, [...leashArgs, 'true']).status === 0

/**
 * A process of a server, with all processes that it starts. It runs in the server's folder with a clean environment.
 */
export class Child {
  /** Resolves when the process has ended and all of its output is read. */
  readonly ended: Promise<void>
  readonly #child: ChildProcessByStdio<null, Readable, Readable>
  #log = ''

  constructor ({ program, args, env }: Command, { folder, account }: Place) {
    const [file = '', ...all] = [...leashed ? LEASH : [], binary(program), ...args]
    this.#child = spawn(file, all, {
      cwd: folder,
      env: { PATH, HOME: folder, TMPDIR: folder, LC_ALL: 'C.UTF-8', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      ...account
    })
    this.ended = once(this.#child, 'close').then(() => undefined, (error: unknown) => this.#write(String(error)))
    for (const output of [this.#child.stdout, this.#child.stderr]) {
      output.setEncoding('utf8').on('data', (text: string) => this.#write(text))
    }
  }

  /** The end of its output. */
  get log (): string {
    return this.#log
  }

  /**
   * The log after the process has ended. The last lines arrive later, or never if a process that it started goes on.
   */
  async lastWords (): Promise<string> {
    await Promise.race([this.ended, sleep(LAST_WORDS_LIMIT_MS, undefined, { ref: false })])
    return this.#log
  }

  get hasEnded (): boolean {
    return this.#child.pid === undefined || this.#child.exitCode !== null || this.#child.signalCode !== null
  }

  /** Waits until the process has ended. Rejects if its exit code is not 0. */
  async done (): Promise<void> {
    await this.ended
    if (this.#child.exitCode !== 0) throw new Error(`${this.#child.spawnargs.join(' ')} failed: ${this.#log}`)
  }

  /** Kills all processes synchronously, for use at the exit of the test process. */
  kill (): void {
    const processes = this.#processes()
    signalAll(processes, 'SIGKILL')
    const deadline = performance.now() + AT_ONCE_LIMIT_MS
    while (processes.some(isAlive) && performance.now() < deadline) { /* A process that has ended writes no files. */ }
  }

  /** Stops all processes, and returns when all are stopped: a running process would answer for another moment. */
  freeze (): void {
    const deadline = performance.now() + AT_ONCE_LIMIT_MS
    // A stopped process starts no other process, so the loop ends.
    for (let running = this.#running(); running.length > 0; running = this.#running()) {
      if (performance.now() > deadline) {
        throw new Error(`these processes do not stop: ${running.map(({ pid }) => pid).join(', ')}`)
      }
      signalAll(running, 'SIGSTOP')
    }
  }

  thaw (): void {
    signalAll(this.#processes(), 'SIGCONT')
  }

  /** Ends all processes, by SIGKILL after a grace period, and waits until the last has ended. */
  async end (signal: NodeJS.Signals): Promise<void> {
    const processes = this.#processes()
    this.thaw()
    this.#child.kill(signal)
    if (!await areGone(processes)) await this.#force(processes)
    this.#child.stdout.destroy()
    this.#child.stderr.destroy()
    await this.ended
  }

  async #force (known: readonly Process[]): Promise<void> {
    const processes = [...this.#processes(), ...known]
    signalAll(processes, 'SIGKILL')
    if (!(await areGone(processes))) {
      throw new Error(`these processes cannot be killed: ${processes.map(({ pid }) => pid).join(', ')}`)
    }
  }

  #processes (): readonly Process[] {
    return this.#child.pid === undefined || this.hasEnded ? [] : processTree(this.#child.pid)
  }

  #running (): readonly Process[] {
    return this.#processes().filter(({ state }) => state !== 'T')
  }

  #write (text: string): void {
    this.#log = (this.#log + text).slice(-LOG_LENGTH)
  }
}

async function areGone (processes: readonly Process[]): Promise<boolean> {
  const deadline = performance.now() + GRACE_MS
  while (processes.some(isAlive)) {
    if (performance.now() > deadline) return false
    await sleep(POLL_MS)
  }
  return true
}
