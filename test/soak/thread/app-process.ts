import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { request } from 'node:http'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { now } from '../../process/fixtures/blockers.js'

const APP = fileURLToPath(new URL('app.ts', import.meta.url))
const ROOT = fileURLToPath(new URL('../../..', import.meta.url))

/** A block of the event loop, in milliseconds of the system's clock. */
export interface Block {
  readonly from: number
  readonly to: number
}

/** An answer. `undefined` without an answer in time. */
export interface Answer {
  readonly sentAt: number
  readonly answeredAt: number
  readonly status: number | undefined
  readonly text: string
}

/** The app in its own process. */
export class AppProcess {
  readonly lines: string[] = []
  /** Its standard error. */
  readonly errors: Promise<string>
  url = ''
  probes = ''
  readonly #child: ChildProcess
  readonly #ended: Promise<unknown>

  private constructor (child: ChildProcess) {
    const { stdout, stderr } = child
    if (stdout === null || stderr === null) throw new Error('the app has no output')
    this.#child = child
    this.errors = text(stderr)
    this.#ended = once(child, 'close')
    createInterface({ input: stdout }).on('line', (line) => this.lines.push(line))
  }

  static async start (thread: boolean): Promise<AppProcess> {
    const { THREAD: _, ...env } = process.env
    const child = spawn(process.execPath, ['--expose-gc', '--import', 'tsx', APP], {
      cwd: ROOT, env: { ...env, ...(thread && { THREAD: '1' }) }, stdio: ['ignore', 'pipe', 'pipe']
    })
    const app = new AppProcess(child)
    app.url = await app.#line(/^app: (.*)$/)
    app.probes = await app.#line(/^probes: (.*)$/)
    return app
  }

  /** Blocks the event loop for a time, and resolves when the block is over. */
  async block (by: string, ms: number): Promise<Block> {
    const nth = this.#blocks().length
    await send(`${this.url}/block?by=${by}&ms=${ms}`, { method: 'POST' })
    for (;;) {
      const line = this.#blocks()[nth]
      if (line !== undefined) return JSON.parse(line.slice('block: '.length)) as Block
      this.#assertRunning()
      await sleep(10)
    }
  }

  kill (signal: NodeJS.Signals): void {
    this.#child.kill(signal)
  }

  /** Ends the app as Kubernetes does. Returns its exit code. */
  async end (): Promise<number | null> {
    this.kill('SIGTERM')
    await this.#ended
    return this.#child.exitCode
  }

  #blocks (): readonly string[] {
    return this.lines.filter((line) => line.startsWith('block: '))
  }

  async #line (pattern: RegExp): Promise<string> {
    for (;;) {
      const [found] = this.lines.map((line) => pattern.exec(line)?.[1]).filter((group) => group !== undefined)
      if (found !== undefined) return found
      this.#assertRunning()
      await sleep(10)
    }
  }

  #assertRunning (): void {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) throw new Error('the app has ended')
  }
}

/** Sends a request over a new connection. */
export async function send (
  url: string, { method = 'GET', timeoutMs = 60_000 }: { readonly method?: string, readonly timeoutMs?: number } = {}
): Promise<Answer> {
  const sentAt = now()
  const answer = await new Promise<Pick<Answer, 'status' | 'text'>>((resolve) => {
    const fail = (reason: string): void => resolve({ status: undefined, text: reason })
    const sent = request(url, { method, agent: false, signal: AbortSignal.timeout(timeoutMs) }, (response) => {
      const { statusCode: status } = response
      text(response).then((text) => resolve({ status, text }), (error: unknown) => fail(String(error)))
    })
    sent.on('error', ({ message }) => fail(message)).end()
  })
  return { ...answer, sentAt, answeredAt: now() }
}

/** Sends the same request regularly until it is stopped. */
export class Repeated {
  readonly #answers: Answer[] = []
  readonly #open = new Set<Promise<void>>()
  readonly #timer: NodeJS.Timeout

  constructor (url: string, everyMs: number, timeoutMs: number) {
    this.#timer = setInterval(() => {
      const answered = send(url, { timeoutMs }).then((answer) => {
        this.#answers.push(answer)
        this.#open.delete(answered)
      })
      this.#open.add(answered)
    }, everyMs)
  }

  /** Returns the answers since the last call. */
  take (): readonly Answer[] {
    return this.#answers.splice(0)
  }

  /** Returns the last answers. */
  async stop (): Promise<readonly Answer[]> {
    clearInterval(this.#timer)
    await Promise.all(this.#open)
    return this.take()
  }
}
