import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import type { Test } from 'tap'
import type { ThreadOption } from '../../lib/index.js'
import { fetchAnswer } from '../support/app.js'
import { Program } from '../support/process.js'

t.setTimeout(600_000)
t.jobs = 4

const FIXTURE = fileURLToPath(new URL('fixtures/blocking-app.ts', import.meta.url))
const FUNCTIONS = fileURLToPath(new URL('fixtures/blockers.js', import.meta.url))
const COMMAND = fileURLToPath(new URL('../../lib/probe/management-probe.ts', import.meta.url))

/** Long enough for a search, in milliseconds. */
const BLOCK_MS = 1_300
const STEP_MS = 20
/** The app reports a block after this time, in milliseconds. */
const REPORT_MS = 700
const LOG_LINE = '"msg":"the event loop has been blocked for '

class BlockingApp {
  readonly program: Program
  readonly url: string
  readonly probes: string
  /** The block ends when this file exists. */
  #until = ''
  readonly #folder: string

  private constructor (program: Program, url: string, probes: string, folder: string) {
    this.program = program
    this.url = url
    this.probes = probes
    this.#folder = folder
  }

  static async start (t: Test, thread: ThreadOption): Promise<BlockingApp> {
    const program = new Program(t, FIXTURE, { THREAD: JSON.stringify(thread) })
    const url = await program.waitForLine(/^app: (.*)$/)
    return new BlockingApp(program, url, await program.waitForLine(/^probes: (.*)$/), t.testdir())
  }

  /** Blocks the event loop until `release()`, and at least for some time. */
  async block (by: string): Promise<void> {
    this.#until = join(this.#folder, String(performance.now()))
    await this.post(`/block?by=${by}&ms=${BLOCK_MS}&until=${encodeURIComponent(this.#until)}`)
  }

  release (): void {
    writeFileSync(this.#until, '')
  }

  async post (path: string): Promise<string> {
    return (await fetchAnswer(this.url + path, { connection: 'close' }, 'POST')).text
  }

  async statusOf (kind: string): Promise<number> {
    return (await fetchAnswer(`${this.probes}/z/health/${kind}`, { connection: 'close' })).status
  }

  async answers (kind: string, status: number): Promise<void> {
    while (await this.statusOf(kind) !== status) await sleep(STEP_MS)
  }

  /** Runs the command in the image of a container. */
  async probe (t: Test, kind: string): Promise<number | null> {
    const command = new Program(t, COMMAND, {}, [`${this.probes}/z/health/${kind}`, '--timeout', '30000'])
    return (await command.ending).code
  }
}

/** The function, and the line in which it blocks. */
function blockerOf (name: string): object {
  const lines = readFileSync(FUNCTIONS, 'utf8').split('\n')
  return { function: name, file: FUNCTIONS, line: lines.findIndex((line) => line.endsWith(`// ${name}`)) + 1 }
}

await Promise.all(['parseCsv', 'hashPassword', 'matchPattern', 'waitForLock'].map(async (name) => {
  await t.test(`liveness passes and readiness fails while ${name}() blocks, and its line is found`, async (t) => {
    const app = await BlockingApp.start(t, { readinessBlocked: 200 })
    const found = `blocker: ${JSON.stringify(blockerOf(name))}`
    // On a busy machine, a search during the start delays the next one by 10 s, and the process may stand still.
    while (!app.program.lines.includes(found)) {
      await app.block(name)
      await app.answers('readiness', 503)
      const statuses = [await app.statusOf('liveness'), await app.statusOf('startup'), await app.statusOf('readiness')]
      t.same(statuses, [200, 200, 503])
      app.release()
      await app.answers('readiness', 200)
      await sleep(REPORT_MS)
    }
    t.equal(await app.post('/debugger'), 'moves', 'nothing remains attached')
    app.program.kill('SIGTERM')
    const { code, stderr } = await app.program.ending
    t.equal(code, 0)
    // The thread writes the line if a busy machine makes the block longer than 5 s.
    t.ok([stderr, ...app.program.lines].some((text) => text.includes(LOG_LINE)))
  })
}))

await t.test('liveness fails after maxBlocked, and the thread writes the only line of a minute', async (t) => {
  const app = await BlockingApp.start(t, { readinessBlocked: 300, maxBlocked: 600 })
  const logged = (): number => app.program.lines.filter((line) => line.includes(LOG_LINE)).length
  const before = logged()
  await app.block('parseCsv')
  await app.answers('liveness', 503)
  t.same([await app.statusOf('startup'), await app.statusOf('readiness')], [200, 503])
  t.equal(await app.probe(t, 'liveness'), 1)
  app.release()
  await app.answers('liveness', 200)
  await app.answers('readiness', 200)
  t.equal(await app.probe(t, 'liveness'), 0)
  await app.block('parseCsv')
  await app.answers('readiness', 503)
  app.release()
  await app.answers('readiness', 200)
  app.program.kill('SIGTERM')
  const { code, stderr } = await app.program.ending
  t.equal(code, 0)
  t.match(JSON.parse(stderr), { level: 40, pid: app.program.pid, msg: /^the event loop has been blocked for / })
  t.equal(logged(), before)
})
