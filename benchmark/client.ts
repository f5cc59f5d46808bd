import { join } from 'node:path'
import { Child } from './child.js'
import { CLIENT_CORE } from './cores.js'

/** What is sent. */
export interface Load {
  readonly url: string
  readonly amount: number
  readonly connections: number
  /** After which a request is given up. Default: a minute. */
  readonly timeoutMs?: number
}

/** How that went. */
export interface Answered {
  readonly unanswered: number
  readonly not2xx: number
  readonly perSecond: number
  readonly slowestMs: number
}

/** Sends requests from a process of its own, on another core than the server's. */
export class Client {
  readonly #child = new Child(CLIENT_CORE, [join(import.meta.dirname, 'generator.js')])

  async send (load: Load): Promise<Answered> {
    return await this.#child.ask(load) as Answered
  }

  async end (): Promise<void> {
    await this.#child.end()
  }
}
