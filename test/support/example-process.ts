import type { Test } from 'tap'
import { ask } from './app.js'
import type { Answer } from './app.js'
import { Program } from './process.js'

const READY = /the management endpoints are at (http:\/\/\S+)\/z"/

/** The example as `npm start` runs it. */
export class ExampleProcess extends Program {
  #address = ''

  constructor (test: Pick<Test, 'teardown'>, env: NodeJS.ProcessEnv) {
    super(test, 'example/main.ts', env)
  }

  /** Waits until it says that it listens, and gives where. */
  async listening (): Promise<string> {
    this.#address = await this.says(READY)
    return this.#address
  }

  async get (path: string): Promise<Answer> {
    return await ask(this.#address + path)
  }

  async post (path: string): Promise<Answer> {
    return await ask(this.#address + path, {}, 'POST')
  }

  /** Asks again and again until the answer has this status code; the test's own timeout ends it otherwise. */
  async getUntil (status: number, path: string): Promise<Answer> {
    for (;;) {
      const answer = await this.get(path)
      if (answer.status === status) return answer
    }
  }
}
