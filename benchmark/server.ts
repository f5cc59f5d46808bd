import { join } from 'node:path'
import { Child } from './child.js'
import { SERVER_CORE } from './cores.js'

/** What a contestant is told. */
export interface Scene {
  /** What its check does; without one it has none. */
  readonly scene?: 'passing' | 'slow' | 'hung'
  /** How many checks run in the background, or how many components its body has. */
  readonly count?: number
  /** How often each of them runs, in milliseconds. Default: a second. */
  readonly interval?: number
  /** Whether the app has the plugin. */
  readonly plugin?: boolean
}

/** A contestant that runs. */
export interface Server {
  readonly url: string
  /** What the operating system says it has used of the processor, all threads together, in microseconds. */
  cpuTime (): Promise<number>
  end (): Promise<void>
}

/** A contestant in a Node.js of its own. */
export class NodeServer implements Server {
  readonly url: string
  readonly #child: Child

  private constructor (child: Child, url: string) {
    this.#child = child
    this.url = url
  }

  static async start (name: string, scene: Scene = {}): Promise<NodeServer> {
    const child = new Child(SERVER_CORE, [join(import.meta.dirname, 'contestants', `${name}.js`), JSON.stringify(scene)])
    return new NodeServer(child, String(await child.message()))
  }

  async cpuTime (): Promise<number> {
    return Number(await this.#child.ask('cpuTime'))
  }

  /** How often its check was called. */
  async calls (): Promise<number> {
    return Number(await this.#child.ask('calls'))
  }

  /** How many of these calls have not ended, nor been told to. */
  async liveCalls (): Promise<number> {
    return Number(await this.#child.ask('live'))
  }

  /** What its heap holds after a forced collection, in bytes. */
  async heapUsed (): Promise<number> {
    return Number(await this.#child.ask('heapUsed'))
  }

  async end (): Promise<void> {
    await this.#child.end()
  }
}
