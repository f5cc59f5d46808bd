import type { Socket } from 'node:net'

/** Returns true if it has handled a client's bytes, so that the link does not forward them. */
export type Interception = (link: Link) => boolean

/**
 * A client's connection, and the connection to the server that stands for it. It buffers without limit: tests send
 * little.
 */
export class Link {
  readonly #client: Socket
  readonly #server: Socket | undefined
  readonly #sockets: readonly Socket[]
  #swallows: boolean
  #isLeft = false

  /** Links two sockets that may be half open. Without a server, the link drops everything. */
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

  /** Whether the client has hung up, even if the server does not know. */
  get isLeft (): boolean {
    return this.#isLeft
  }

  get isClosed (): boolean {
    return this.#sockets.every(({ closed }) => closed)
  }

  /** Drops everything from now on, in both directions. */
  swallow (): void {
    this.#swallows = true
  }

  /** Sends an RST to both ends. */
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

  /** Forwards how one end closes: with a FIN or with an RST. A refused connection becomes an RST. */
  #forward (from: Socket, to: Socket | undefined): void {
    from.on('end', () => { if (!this.#swallows) to?.end() })
    from.on('error', () => { if (!this.#swallows) to?.resetAndDestroy() })
  }
}
