import { join } from 'node:path'
import { Child } from './child.js'
import { CLIENT_CORE } from './cores.js'

/** The requests to send. */
export interface Load {
  readonly url: string
  readonly amount: number
  readonly connections: number
  /** The time limit of each request. Default: one minute. */
  readonly timeoutMs?: number
  /** The number of requests per second. Default: as many as possible. */
  readonly rate?: number
}

/** The result of sending the requests. */
export interface Answered {
  readonly unanswered: number
  readonly not2xx: number
  readonly perSecond: number
  readonly slowestMs: number
}

/** Sends requests from its own process, on another core than the server's. */
export class Client {
  readonly #child = new Child(CLIENT_CORE, [join(import.meta.dirname, 'generator.js')])

  async send (load: Load): Promise<Answered> {
    return await this.#child.request(load) as Answered
  }

  async end (): Promise<void> {
    await this.#child.end()
  }
}
