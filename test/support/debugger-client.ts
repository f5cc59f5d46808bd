import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { request } from 'node:http'
import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import type t from 'tap'

/** A message of the inspector: an answer, or an event with a method. */
interface Message {
  readonly id?: number
  readonly method?: string
}

const FINAL_TEXT = 0x81
const MASKED = 0x80
const SHORT = 125
const MEDIUM = 126
const LARGE = 127

/**
 * A debugger that is connected to the inspector of a process over a WebSocket. Node 20 has no WebSocket of its own.
 *
 * @see https://www.rfc-editor.org/rfc/rfc6455#section-5.2
 */
export class DebuggerClient {
  /** The methods of the events so far. */
  readonly events: string[] = []
  readonly #socket: Socket
  readonly #answered = new Map<number, () => void>()
  #bytes: Buffer = Buffer.alloc(0)
  #posted = 0

  private constructor (socket: Socket) {
    this.#socket = socket
    socket.on('error', () => undefined).on('data', (bytes: Buffer) => {
      this.#bytes = Buffer.concat([this.#bytes, bytes])
      while (this.#readFrame());
    })
  }

  /** Connects to the URL that Node prints: `ws://127.0.0.1:9229/…`. */
  static async connect (test: Pick<typeof t, 'teardown'>, url: string): Promise<DebuggerClient> {
    const headers = {
      connection: 'upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': randomBytes(16).toString('base64')
    }
    const upgrading = request(url.replace(/^ws:/, 'http:'), { headers }).end()
    const [, socket] = await once(upgrading, 'upgrade') as [IncomingMessage, Socket]
    test.teardown(() => socket.destroy())
    return new DebuggerClient(socket)
  }

  /** The pauses and their ends, in order. */
  get pauses (): readonly string[] {
    return this.events.filter((event) => event === 'Debugger.paused' || event === 'Debugger.resumed')
  }

  close (): void {
    this.#socket.destroy()
  }

  /** Resolves when the inspector has answered. */
  async post (method: string): Promise<void> {
    const id = this.#posted += 1
    const answered = new Promise<void>((resolve) => this.#answered.set(id, resolve))
    const payload = Buffer.from(JSON.stringify({ id, method }))
    // The mask is zero, so the payload stays as it is. It is shorter than 126 bytes.
    this.#socket.write(Buffer.concat([Buffer.from([FINAL_TEXT, MASKED | payload.length, 0, 0, 0, 0]), payload]))
    await answered
  }

  async event (method: string): Promise<void> {
    while (!this.events.includes(method)) await new Promise((resolve) => setTimeout(resolve, 10))
  }

  /** Reads one frame. Returns false if it is not complete yet. */
  #readFrame (): boolean {
    const [, short = LARGE + 1] = this.#bytes
    const start = short <= SHORT ? 2 : short === MEDIUM ? 4 : 10
    if (this.#bytes.length < start) return false
    const length = short <= SHORT ? short : this.#bytes.readUIntBE(short === MEDIUM ? 2 : 4, short === MEDIUM ? 2 : 6)
    if (this.#bytes.length < start + length) return false
    const { id, method } = JSON.parse(this.#bytes.subarray(start, start + length).toString()) as Message
    this.#bytes = this.#bytes.subarray(start + length)
    if (id !== undefined) this.#answered.get(id)?.()
    if (method !== undefined) this.events.push(method)
    return true
  }
}
