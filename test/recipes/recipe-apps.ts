import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Test } from 'tap'
import { isRecord } from '../../lib/base/type-guards.js'
import { fetchAnswer } from '../support/app.js'
import { nodeRuntime, Program } from '../support/process.js'
import type { Recipe } from './page.js'

/** The tools for each run: a binary of Node, and the folder of the packages. */
export interface Bench {
  readonly node: string
  readonly packages: string
}

const RUNNER = fileURLToPath(new URL('runner.ts', import.meta.url))
const PERIOD_MS = 100
/** Only ends a test that hangs. */
const LIMIT_MS = 120_000

/** A process with an app for each recipe. */
export class RecipeApps {
  readonly #program: Program
  readonly #urls: ReadonlyMap<string, string>

  private constructor (program: Program, urls: ReadonlyMap<string, string>) {
    this.#program = program
    this.#urls = urls
  }

  /** Writes each recipe into a file, and starts their apps. Variables in `env` contain the servers' addresses. */
  static async start (
    t: Test, { node, packages }: Bench, recipes: readonly Recipe[], env: NodeJS.ProcessEnv
  ): Promise<RecipeApps> {
    const folder = join(t.testdir(), 'recipes')
    await mkdir(folder)
    await symlink(join(packages, 'node_modules'), join(folder, 'node_modules'))
    const files = await Promise.all(recipes.map(async ({ file, code }) => {
      const path = join(folder, file)
      // A test does not wait for half a minute until a check runs again.
      await writeFile(path, code.replace(/\binterval: [\d_]+/, 'interval: 300'))
      return path
    }))
    // Node passes the variable on by itself. The offsets of another Node do not fit the offsets of this Node.
    const program = new Program(t, RUNNER, { ...env, NODE_V8_COVERAGE: '' }, files, nodeRuntime(node))
    const urls = new Map<string, string>()
    for (const { file } of recipes) urls.set(file, await program.waitForLine(/^listens at (\S+)$/))
    return new RecipeApps(program, urls)
  }

  /** Sends requests until each recipe answers as a test expects. Returns the recipes that never do, with an answer. */
  async disagreements (expectation: (answer: string, file: string) => boolean): Promise<readonly string[]> {
    const deadline = performance.now() + LIMIT_MS
    const last = await Promise.all([...this.#urls].map(async ([file, url]) => {
      let answer = await answerOf(url)
      while (!expectation(answer, file) && performance.now() < deadline) {
        await sleep(PERIOD_MS)
        answer = await answerOf(url)
      }
      return [file, answer] as const
    }))
    return last.filter(([file, answer]) => !expectation(answer, file)).map(([file, answer]) => `${file}: ${answer}`)
  }

  /** The largest number of calls of each recipe that had timed out and went on. */
  async abandonedCalls (): Promise<ReadonlyMap<string, number>> {
    const entries = [...this.#urls].map(async ([file, url]) => {
      return [file, Number((await fetchAnswer(`${url}/abandoned`)).text)] as const
    })
    return new Map(await Promise.all(entries))
  }

  /** Closes the apps. Resolves to the exit code of their process. */
  async close (): Promise<number | null> {
    this.#program.kill('SIGTERM')
    return (await this.#program.ending).code
  }
}

/** The status of an app, followed by the reasons of its failures: `UP`, or `DOWN: timed out after 800 ms`. */
async function answerOf (url: string): Promise<string> {
  const { body } = await fetchAnswer(`${url}/z/health`)
  const { status, components } = isRecord(body) ? body : {}
  const reasons = Object.values(isRecord(components) ? components : {}).flatMap((component) => {
    const details = isRecord(component) ? component['details'] : undefined
    return isRecord(details) && 'error' in details ? [String(details['error'])] : []
  })
  return [String(status), ...reasons].join(': ')
}
