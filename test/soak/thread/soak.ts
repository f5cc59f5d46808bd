import { setTimeout as sleep } from 'node:timers/promises'
import { AppProcess, Repeated, send } from './app-process.js'
import type { Answer } from './app-process.js'

const BLOCKERS = ['parseCsv', 'hashPassword', 'matchPattern', 'waitForLock']
const PROBE_EVERY_MS = 100
const PROBE_TIMEOUT_MS = 1_000
const WORK_EVERY_MS = 50
/** The blocks have different lengths, in milliseconds, and the app serves between them. */
const BLOCK_MS = { least: 50, most: 3_000 }
const PAUSE_MS = { least: 500, most: 3_000 }
/** A change of the check reaches readiness within its interval, and the app may be blocked meanwhile. */
const CHANGE_MS = 2_000
const MEASUREMENTS = 10
/** The growth that the resident memory may have from the second measurement on: V8 and its allocator keep reserves. */
const TOLERANCE_BYTES = 24 * 2 ** 20

/** The result of a soak. */
export interface Soaked {
  readonly probes: number
  readonly unanswered: number
  readonly slowestMs: number
  readonly blocks: number
  readonly changes: number
  readonly lostChanges: number
  /** In bytes, at each measurement. */
  readonly rss: readonly number[]
  readonly heap: readonly number[]
  readonly violations: readonly string[]
}

/** Serves requests and probes for a time, while functions block the app and its check flaps. */
export async function soak (seconds: number): Promise<Soaked> {
  const app = await AppProcess.start(true)
  try {
    return await new Soak(app).run(seconds)
  } finally {
    app.kill('SIGKILL')
  }
}

class Soak {
  readonly #app: AppProcess
  readonly #probes: readonly Repeated[]
  readonly #work: Repeated
  readonly #result = { probes: 0, unanswered: 0, slowestMs: 0, blocks: 0, changes: 0, lostChanges: 0 }
  readonly #rss: number[] = []
  readonly #heap: number[] = []

  constructor (app: AppProcess) {
    this.#app = app
    const start = (kind: string): Repeated => new Repeated(`${app.probes}/${kind}`, PROBE_EVERY_MS, PROBE_TIMEOUT_MS)
    this.#probes = ['liveness', 'readiness', 'startup'].map(start)
    this.#work = new Repeated(app.url, WORK_EVERY_MS, 60_000)
  }

  async run (seconds: number): Promise<Soaked> {
    const started = performance.now()
    for (let nth = 1; nth <= MEASUREMENTS; nth++) {
      await this.#disturb(started + seconds * 1_000 * nth / MEASUREMENTS)
      await this.#measure()
    }
    const last = await Promise.all([...this.#probes, this.#work].map(async (repeated) => await repeated.stop()))
    for (const answers of last) this.#count(answers)
    const code = await this.#app.end()
    return { ...this.#result, rss: this.#rss, heap: this.#heap, violations: this.#violations(code) }
  }

  async #disturb (until: number): Promise<void> {
    while (performance.now() < until) {
      const by = BLOCKERS[this.#result.blocks % BLOCKERS.length] ?? ''
      await this.#app.block(by, between(BLOCK_MS))
      this.#result.blocks += 1
      await this.#change()
      await sleep(between(PAUSE_MS))
      for (const repeated of this.#probes) this.#count(repeated.take())
      this.#work.take()
    }
  }

  /** Changes the check, and waits until readiness shows it. */
  async #change (): Promise<void> {
    const { text } = await send(`${this.#app.url}/flip`, { method: 'POST' })
    const expected = text === 'true' ? 200 : 503
    const deadline = performance.now() + CHANGE_MS
    const shows = async (): Promise<boolean> => (await send(`${this.#app.probes}/readiness`)).status === expected
    let isShown = await shows()
    while (!isShown && performance.now() < deadline) isShown = await shows()
    this.#result.changes += 1
    if (!isShown) this.#result.lostChanges += 1
  }

  #count (answers: readonly Answer[]): void {
    const result = this.#result
    result.probes += answers.length
    result.unanswered += answers.filter(({ status }) => status !== 200 && status !== 503).length
    result.slowestMs = Math.max(result.slowestMs, ...answers.map(({ sentAt, answeredAt }) => answeredAt - sentAt))
  }

  async #measure (): Promise<void> {
    const { rss, heapUsed } = JSON.parse((await send(`${this.#app.url}/memory`)).text) as NodeJS.MemoryUsage
    this.#rss.push(rss)
    this.#heap.push(heapUsed)
  }

  #violations (code: number | null): readonly string[] {
    const { unanswered, lostChanges } = this.#result
    const [, first = 0, ...later] = this.#rss
    const growth = Math.max(...later) - first
    const failures = this.#app.lines.filter((line) => line.includes('the thread of the management port failed'))
    return [
      ...unanswered > 0 ? [`${unanswered} probes were not answered`] : [],
      ...lostChanges > 0 ? [`${lostChanges} changes were lost`] : [],
      ...growth > TOLERANCE_BYTES ? [`the memory grew by ${(growth / 1e6).toFixed(1)} MB`] : [],
      ...code === 0 ? [] : [`the app ended with ${code ?? 'a signal'}`],
      ...failures
    ]
  }
}

function between ({ least, most }: { readonly least: number, readonly most: number }): number {
  return Math.round(least + Math.random() * (most - least))
}
