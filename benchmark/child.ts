import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { pinned } from './cores.js'

/** A program of ours in a process of its own, on one core where that can be had, that answers one message with one. */
export class Child {
  readonly #child: ChildProcess
  readonly #name: string

  constructor (core: number, [file, ...args]: readonly [string, ...string[]]) {
    const [program, ...rest] = pinned(core, [process.execPath, '--expose-gc', file, ...args])
    this.#name = file
    this.#child = spawn(program, rest, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'], env: { ...process.env, NODE_ENV: 'production' } })
  }

  /** The next message that comes from it. Rejects when it ends before. */
  async message (): Promise<unknown> {
    const over = new AbortController()
    const { signal } = over
    try {
      return await Promise.race([
        once(this.#child, 'message', { signal }).then(([message]) => message as unknown),
        once(this.#child, 'exit', { signal }).then(([code]) => { throw new Error(`${this.#name} has ended with ${String(code)}`) })
      ])
    } finally {
      over.abort()
    }
  }

  async ask (question: unknown): Promise<unknown> {
    const answer = this.message()
    this.#child.send(question as object)
    return await answer
  }

  async end (): Promise<void> {
    const ended = once(this.#child, 'exit')
    this.#child.disconnect()
    await ended
  }
}
