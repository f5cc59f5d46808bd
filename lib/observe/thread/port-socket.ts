import { Duplex } from 'node:stream'
import type { MessagePort } from 'node:worker_threads'
import type { Peer } from './messages.js'

/** Messages of a socket: bytes, the end of the bytes, or a receipt, after which the other side may send more. */
type Message = Uint8Array | 'end' | 'more'

type Callback = (error?: Error | null) => void

/**
 * One end of a connection between two threads. Node's HTTP client and server use it like a TCP socket. No other process
 * can connect to it. It holds at most one unread chunk.
 */
export class PortSocket extends Duplex {
  readonly #port: MessagePort
  /** Continues writing when the other side has read. */
  #sent: Callback | undefined

  /** `peer` has the properties of the client's socket, which a server reads. */
  constructor (port: MessagePort, peer: Partial<Peer> = {}) {
    super()
    this.#port = port
    const { certificate, ...properties } = peer
    Object.assign(this, properties, certificate && { getPeerCertificate: () => certificate })
    port.on('message', (message: Message) => this.#receive(message)).on('close', () => this.destroy())
    port.unref()
  }

  /** Servers call these. The limits of the client's socket apply already, and this one keeps no process alive. */
  setTimeout (): this { return this }
  ref (): this { return this }
  unref (): this { return this }

  override _read (): void {
    this.#port.postMessage('more' satisfies Message)
  }

  override _write (chunk: Uint8Array, _encoding: BufferEncoding, sent: Callback): void {
    this.#sent = sent
    // A copy, because a chunk may be a part of a larger buffer, which the message would contain as a whole.
    const bytes = new Uint8Array(chunk)
    this.#port.postMessage(bytes satisfies Message, [bytes.buffer])
  }

  override _writev (chunks: readonly { readonly chunk: unknown }[], sent: Callback): void {
    this._write(Buffer.concat(chunks.map(({ chunk }) => chunk as Uint8Array)), 'utf8', sent)
  }

  override _final (sent: Callback): void {
    this.#port.postMessage('end' satisfies Message)
    sent()
  }

  override _destroy (error: Error | null, destroyed: Callback): void {
    this.#port.close()
    destroyed(error)
  }

  #receive (message: Message): void {
    if (message === 'more') {
      const sent = this.#sent
      this.#sent = undefined
      sent?.()
    } else this.push(message === 'end' ? null : Buffer.from(message.buffer, message.byteOffset, message.byteLength))
  }
}
