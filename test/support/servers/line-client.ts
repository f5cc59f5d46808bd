import { once } from 'node:events'
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { CLIENT_LIMIT_MS } from './kind.js'
import type { Address } from './place.js'

/** A client of a protocol whose commands and answers are lines. */
export class LineClient {
  readonly #socket: Socket
  #received = ''

  private constructor (socket: Socket) {
    this.#socket = socket
    socket.setEncoding('utf8').on('data', (text: string) => { this.#received += text })
    socket.on('error', () => undefined).setTimeout(CLIENT_LIMIT_MS, () => socket.destroy())
  }

  static async connect ({ host, port }: Pick<Address, 'host' | 'port'>): Promise<LineClient> {
    const socket = connect({ host, port })
    const client = new LineClient(socket)
    await once(socket, 'connect')
    return client
  }

  /** Waits for an answer. Rejects if the server answers something else, closes, or needs seconds. */
  async expect (answer: RegExp): Promise<void> {
    while (!this.#received.endsWith('\r\n')) {
      if (this.#socket.destroyed || this.#socket.readableEnded) throw new Error(`closed after "${this.#received}"`)
      await Promise.race([once(this.#socket, 'data'), once(this.#socket, 'close'), once(this.#socket, 'end')])
    }
    const received = this.#received
    this.#received = ''
    if (!answer.test(received)) throw new Error(`the server answers "${received}"`)
  }

  async ask (command: string, answer: RegExp): Promise<void> {
    this.#socket.write(`${command}\r\n`)
    await this.expect(answer)
  }

  async close (): Promise<void> {
    const closed = this.#socket.closed ? undefined : once(this.#socket, 'close')
    this.#socket.destroy()
    await closed
  }
}
