import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import type { Command, Done, Message } from './protocol.js'

const APP = fileURLToPath(new URL('app.ts', import.meta.url))
const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** How the process ended. */
export interface Ending {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly output: string
}

interface Waiting {
  readonly resolve: (result: Done[keyof Done]) => void
  readonly reject: (reason: Error) => void
}

/** Runs the app in its own process and sends commands to it. */
export class ServerProcess {
  /** The address that the app listens on. */
  readonly address: Promise<string>
  readonly ending: Promise<Ending>
  readonly #child: ChildProcess
  readonly #waiting = new Map<number, Waiting>()
  #orders = 0

  constructor (seed: number) {
    this.#child = fork(
      APP,
      [String(seed)],
      { cwd: ROOT, execArgv: ['--expose-gc', '--import', 'tsx'], stdio: ['ignore', 'pipe', 'pipe', 'ipc'] }
    )
    this.ending = this.#endingOf()
    this.address = new Promise((resolve, reject) => {
      this.#child.on('message', (message) => this.#receive(message as Message, resolve))
      this.ending.then(({ output }) => reject(new Error(`the app ended before it listened: ${output}`)), reject)
    })
  }

  /** Resolves when the command is done. Rejects if the process ends before. */
  async send <D extends Command['do']> (command: Extract<Command, { readonly do: D }>): Promise<Done[D]> {
    if (!this.#child.connected) throw new Error(`cannot send "${command.do}": the app's process has ended`)
    const id = this.#orders += 1
    const done = new Promise<Done[keyof Done]>((resolve, reject) => this.#waiting.set(id, { resolve, reject }))
    this.#child.send({ id, command })
    return await done as Done[D]
  }

  kill (): void {
    this.#child.kill('SIGKILL')
  }

  #receive (message: Message, listening: (address: string) => void): void {
    if (message.is === 'listening') {
      listening(message.address)
      return
    }
    this.#waiting.get(message.id)?.resolve(message.result)
    this.#waiting.delete(message.id)
  }

  async #endingOf (): Promise<Ending> {
    const { stdout, stderr } = this.#child
    if (stdout === null || stderr === null) throw new Error('the app\'s process has no output streams')
    const [out, err] = await Promise.all([text(stdout), text(stderr), once(this.#child, 'close')])
    const { exitCode: code, signalCode: signal } = this.#child
    const error = new Error(`the app's process has ended with ${code ?? signal ?? 'no code'}: ${out}${err}`)
    for (const { reject } of this.#waiting.values()) reject(error)
    return { code, signal, output: out + err }
  }
}
