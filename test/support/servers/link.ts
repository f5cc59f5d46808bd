import type { Socket } from 'node:net'

/** Says whether it has dealt with bytes of a client's, so that they are not forwarded. */
export type Interception = (link: Link) => boolean

/** A client's connection with the one that stands for it at the server. What one cannot take at once is kept: tests send little. */
export class Link {
  readonly #client: Socket
  readonly #server: Socket | undefined
  readonly #sockets: readonly Socket[]
  #swallows: boolean
  #isLeft = false

  /** Links two sockets that may be half open. One without a server swallows all from the start. */
  constructor (client: Socket, server: Socket | undefined, intercept: Interception) {
    this.#client = client
    this.#server = server
    this.#sockets = server === undefined ? [client] : [client, server]
    this.#swallows = server === undefined
    this.#hearClient(intercept)
    this.#forward(client, server)
    if (server !== undefined) this.#hearServer(server)
  }

  get swallows (): boolean {
    return this.#swallows
  }

  /** Whether the client has hung up, told to the server or not. */
  get isLeft (): boolean {
    return this.#isLeft
  }

  get isClosed (): boolean {
    return this.#sockets.every(({ closed }) => closed)
  }

  /** From now on neither end hears of the other. */
  swallow (): void {
    this.#swallows = true
  }

  /** Sends the client an RST, and the server too. */
  reset (): void {
    for (const socket of this.#sockets) socket.resetAndDestroy()
  }

  destroy (): void {
    for (const socket of this.#sockets) socket.destroy()
  }

  #hearClient (intercept: Interception): void {
    const leave = (): void => { this.#isLeft = true }
    this.#client.on('end', leave).on('close', leave)
    this.#client.on('data', (bytes) => { if (!intercept(this) && !this.#swallows) this.#server?.write(bytes) })
  }

  #hearServer (server: Socket): void {
    this.#forward(server, this.#client)
    server.on('data', (bytes) => { if (!this.#swallows) this.#client.write(bytes) })
  }

  /** Forwards how one end closes: with a FIN, or with an RST, which is also what becomes of a connection that was refused. */
  #forward (from: Socket, to: Socket | undefined): void {
    from.on('end', () => { if (!this.#swallows) to?.end() })
    from.on('error', () => { if (!this.#swallows) to?.resetAndDestroy() })
  }
}
