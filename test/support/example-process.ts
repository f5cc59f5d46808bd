import type { Test } from 'tap'
import { fetchAnswer } from './app.js'
import type { Answer } from './app.js'
import { Program } from './process.js'
import type { Runtime } from './process.js'

const READY = /the management endpoints are at (http:\/\/\S+)\/z"/

/** The example as `npm start` runs it, or on another runtime. */
export class ExampleProcess extends Program {
  #address = ''

  constructor (test: Pick<Test, 'teardown'>, env: NodeJS.ProcessEnv, runtime?: Runtime) {
    super(test, 'example/main.ts', env, [], runtime)
  }

  /** Waits until the example logs its address, and returns the address. */
  async listening (): Promise<string> {
    this.#address = await this.waitForLine(READY)
    return this.#address
  }

  async get (path: string): Promise<Answer> {
    return await fetchAnswer(this.#address + path)
  }

  async post (path: string): Promise<Answer> {
    return await fetchAnswer(this.#address + path, {}, 'POST')
  }

  /** Repeats a request until the answer has this status code. Only the test's timeout ends it early. */
  async getUntil (status: number, path: string): Promise<Answer> {
    for (;;) {
      const answer = await this.get(path)
      if (answer.status === status) return answer
    }
  }
}
