import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { pinned } from './cores.js'

/** Runs a program of the benchmark in its own process, on one core if possible. It answers each message. */
export class Child {
  readonly #child: ChildProcess
  readonly #name: string

  constructor (core: number, [file, ...args]: readonly [string, ...string[]]) {
    const [program, ...rest] = pinned(core, [process.execPath, '--expose-gc', file, ...args])
    this.#name = file
    this.#child = spawn(program, rest, {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      env: { ...process.env, NODE_ENV: 'production' }
    })
  }

  /** Resolves to the next message of the program. Rejects if the program ends before. */
  async message (): Promise<unknown> {
    const over = new AbortController()
    const { signal } = over
    try {
      return await Promise.race([
        once(this.#child, 'message', { signal }).then(([message]) => message as unknown),
        once(this.#child, 'exit', { signal }).then(([code]) => {
          throw new Error(`${this.#name} has ended with ${String(code)}`)
        })
      ])
    } finally {
      over.abort()
    }
  }

  /** Sends a message and resolves to the answer. */
  async request (message: unknown): Promise<unknown> {
    const answer = this.message()
    this.#child.send(message as object)
    return await answer
  }

  async end (): Promise<void> {
    const ended = once(this.#child, 'exit')
    this.#child.disconnect()
    await ended
  }
}
