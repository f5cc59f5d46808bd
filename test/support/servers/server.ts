import { setTimeout as sleep } from 'node:timers/promises'
import { Child } from './child.js'
import type { ServerKind, Service, TestClient } from './kind.js'
import { removePlace, removePlaceNow } from './place.js'
import type { Place } from './place.js'

/** One server under test. */
export interface TestServer {
  readonly host: '127.0.0.1'
  /** The port stays the same after a restart. */
  readonly port: number
  readonly user: string
  readonly password: string
  /** The address as a URL for drivers. */
  readonly url: string
  /** Resolves when the server answers a client with the password. Rejects with its log if it ends, or needs minutes. */
  start (): Promise<void>
  /**
   * Ends the server, even if it is frozen. Resolves when its last process has ended. Does nothing if it does not run.
   */
  stop (): Promise<void>
  /**
   * Pauses all processes: connections stay open, the kernel accepts new connections, and the server answers nothing.
   */
  freeze (): void
  /** Resumes all processes. */
  thaw (): void
  /** Changes the user's password, also for the other methods. A restarted server may have the first password again. */
  changePassword (password: string): Promise<void>
  /** Opens connections until the server refuses one. Returns a function that closes them. */
  fill (): Promise<() => Promise<unknown>>
  /** The number of client connections, without the connection of this call. A frozen database does not answer. */
  connections (): Promise<number>
  /** Waits until the server has a number of connections: it notices a close a moment later. Rejects after 5 s. */
  settled (expected: number): Promise<void>
}

const START_LIMIT_MS = 300_000
const SETTLE_LIMIT_MS = 5_000
const POLL_MS = 20

/** A server in its own place. */
export class Server implements TestServer {
  readonly host = '127.0.0.1'
  readonly #kind: ServerKind
  #place: Place
  #services: readonly Service[] | undefined
  #running: readonly (readonly [Service, Child])[] = []

  constructor (kind: ServerKind, place: Place) {
    this.#kind = kind
    this.#place = place
    process.on('exit', this.#abandon)
  }

  get port (): number {
    return this.#place.port
  }

  get user (): string {
    return this.#place.user
  }

  get password (): string {
    return this.#place.password
  }

  get url (): string {
    return `${this.#kind.protocol}://${this.user}:${this.password}@${this.host}:${this.port}${this.#kind.path}`
  }

  async start (): Promise<void> {
    if (this.#running.length > 0) throw new Error('the server is already running')
    this.#services ??= await this.#kind.prepare(this.#place)
    try {
      for (const service of this.#services) await this.#begin(service)
    } catch (error) {
      await this.stop()
      throw error
    }
  }

  async stop (): Promise<void> {
    const running = this.#running
    this.#running = []
    for (const [{ stopSignal }, child] of running.toReversed()) await child.end(stopSignal)
  }

  freeze (): void {
    for (const [, child] of this.#running) child.freeze()
  }

  thaw (): void {
    for (const [, child] of this.#running) child.thaw()
  }

  async changePassword (password: string): Promise<void> {
    if (this.#kind.changePassword === undefined) throw new Error(`${this.#kind.protocol} has no password to change`)
    await this.#kind.changePassword(this.#place, password)
    this.#place = { ...this.#place, password }
  }

  async fill (): Promise<() => Promise<unknown>> {
    const clients: TestClient[] = []
    try {
      for (;;) clients.push(await this.#kind.connect(this.#place))
    } catch {
      // The server is full.
    }
    return async () => await Promise.all(clients.map(async (client) => await client.close()))
  }

  async connections (): Promise<number> {
    return await this.#kind.connections(this.#place)
  }

  async settled (expected: number): Promise<void> {
    const deadline = performance.now() + SETTLE_LIMIT_MS
    for (let seen = await this.connections(); seen !== expected; seen = await this.connections()) {
      if (performance.now() > deadline) throw new Error(`the server has ${seen} connections, expected ${expected}`)
      await sleep(POLL_MS)
    }
  }

  /** Ends the server and removes its folder. */
  async remove (): Promise<void> {
    await this.stop()
    await removePlace(this.#place)
    process.off('exit', this.#abandon)
  }

  /** A process can exit before the teardown of its test. */
  readonly #abandon = (): void => {
    for (const [, child] of this.#running) child.kill()
    removePlaceNow(this.#place)
  }

  async #begin (service: Service): Promise<void> {
    const child = new Child(service, this.#place)
    this.#running = [...this.#running, [service, child]]
    const deadline = performance.now() + START_LIMIT_MS
    while (!await isReady(service, child)) {
      if (child.hasEnded) throw new Error(`${service.program} ended before it answered: ${await child.lastWords()}`)
      if (performance.now() > deadline) throw new Error(`${service.program} does not answer: ${child.log}`)
      await sleep(POLL_MS)
    }
  }
}

/** Another process may answer if the port was not free. */
async function isReady ({ answers }: Service, child: Child): Promise<boolean> {
  const answered = answers().then(() => true, () => false)
  return await Promise.race([answered, child.ended]) === true && !child.hasEnded
}
