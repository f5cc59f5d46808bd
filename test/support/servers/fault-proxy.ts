import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import type { Server, Socket } from 'node:net'
import type t from 'tap'
import { portOf } from '../app.js'
import { Link } from './link.js'

type Mode = 'pass' | 'black hole' | 'reset'

const HOST = '127.0.0.1'

/** A proxy with the faults of a network: it drops data, or resets connections. */
export class FaultProxy {
  readonly host = HOST
  readonly #targetPort: number
  readonly #server: Server
  readonly #links = new Set<Link>()
  #mode: Mode = 'pass'

  /** Starts a proxy on a free port of the loopback interface. It closes with the test. */
  static async start (test: Pick<typeof t, 'teardown'>, targetPort: number): Promise<FaultProxy> {
    const proxy = new FaultProxy(targetPort)
    test.teardown(async () => await proxy.close())
    await once(proxy.#server.listen({ host: HOST, port: 0 }), 'listening')
    return proxy
  }

  private constructor (targetPort: number) {
    this.#targetPort = targetPort
    this.#server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => this.#accept(client))
  }

  get port (): number {
    return portOf(this.#server)
  }

  /** The number of connected clients, without clients that have hung up. */
  get connections (): number {
    return [...this.#links].filter(({ isLeft }) => !isLeft).length
  }

  /** Drops everything in both directions from now on, closes included. New connections are still accepted. */
  blackHole (): void {
    this.#mode = 'black hole'
    for (const link of this.#links) link.swallow()
  }

  /** Forwards again. Connections that lost data are destroyed. */
  pass (): void {
    this.#mode = 'pass'
    for (const link of this.#links) if (link.swallows) link.destroy()
  }

  /** Answers the next bytes from any client with an RST, and forwards everything afterwards. */
  resetOnNextData (): void {
    this.#mode = 'reset'
  }

  /** Closes the proxy with all connections. */
  async close (): Promise<void> {
    for (const link of this.#links) link.destroy()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  #accept (client: Socket): void {
    const server =
      this.#mode === 'black hole'
        ? undefined
        : connect({ host: HOST, port: this.#targetPort, allowHalfOpen: true, noDelay: true })
    const link = new Link(client, server, (link) => this.#resets(link))
    this.#links.add(link)
    for (const socket of [client, server]) socket?.once('close', () => { if (link.isClosed) this.#links.delete(link) })
  }

  #resets (link: Link): boolean {
    if (this.#mode !== 'reset') return false
    // First: pass() would close a connection that lost data without an RST.
    link.reset()
    this.pass()
    return true
  }
}
