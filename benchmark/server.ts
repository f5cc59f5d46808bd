import { join } from 'node:path'
import { Child } from './child.js'
import { SERVER_CORE } from './cores.js'

export type Observation = 'off' | 'page' | 'metrics'

/** The settings of a contestant. */
export interface Scene {
  /** The behavior of its check. Without a scene it has no check. */
  readonly scene?: 'passing' | 'slow' | 'hung'
  /** The number of background checks, or the number of components in its body. */
  readonly count?: number
  /** The interval of background checks, in milliseconds. Default: one second. */
  readonly interval?: number
  /** Whether the app has the plugin. */
  readonly plugin?: boolean
  /** The options of the plugin: without page and history endpoint, with both, which is the default, or with metrics. */
  readonly observation?: Observation
  /** Whether the port of the endpoints has a thread. */
  readonly thread?: boolean
}

/** A running contestant. */
export interface Server {
  readonly url: string
  /** Returns the CPU time of all its threads, in microseconds, as the operating system counts it. */
  cpuTime (): Promise<number>
  end (): Promise<void>
}

/** A contestant in its own Node.js process. */
export class NodeServer implements Server {
  readonly url: string
  readonly #child: Child

  private constructor (child: Child, url: string) {
    this.#child = child
    this.url = url
  }

  static async start (name: string, scene: Scene = {}): Promise<NodeServer> {
    const program = join(import.meta.dirname, 'contestants', `${name}.js`)
    const child = new Child(SERVER_CORE, [program, JSON.stringify(scene)])
    return new NodeServer(child, String(await child.message()))
  }

  async cpuTime (): Promise<number> {
    return Number(await this.#child.request('cpuTime'))
  }

  /** Returns the number of calls of its check. */
  async calls (): Promise<number> {
    return Number(await this.#child.request('calls'))
  }

  /** Returns the number of calls that have neither ended nor been aborted. */
  async liveCalls (): Promise<number> {
    return Number(await this.#child.request('live'))
  }

  /** Returns its heap size after a forced garbage collection, in bytes. */
  async heapUsed (): Promise<number> {
    return Number(await this.#child.request('heapUsed'))
  }

  /** Returns the resident memory of all its threads, in bytes. */
  async residentMemory (): Promise<number> {
    return Number(await this.#child.request('residentMemory'))
  }

  async end (): Promise<void> {
    await this.#child.end()
  }
}
