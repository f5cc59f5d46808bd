import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { buildSync } from 'esbuild'
import { now } from '../../process/fixtures/blockers.js'
import { AppProcess, Repeated, send } from './app-process.js'
import type { Answer, Block } from './app-process.js'

const COMMAND = fileURLToPath(new URL('../../../lib/probe/management-probe.ts', import.meta.url))

/** The defaults, in milliseconds. Liveness fails after the first, readiness after the second. */
const LIMITS_MS = { liveness: 30_000, readiness: 2_000 } as const
const KINDS = ['liveness', 'readiness'] as const
/** How early or late an answer may change, and how long it may take, in milliseconds. */
const TOLERANCE_MS = 100
const RECOVERY_MS = 1_000
const PROBE_EVERY_MS = 500
const SHORTEST_LOGGED_MS = 1_000
/** The thread writes the line about a block of this time, in milliseconds. */
const STUCK_MS = 5_000

/** The result of one block. */
export interface BlockResult {
  readonly by: string
  readonly blockedMs: number
  readonly probes: number
  /** Of the client in this process, while the app was blocked. */
  readonly slowestMs: number
  readonly logged: string
  readonly violations: readonly string[]
}

/** Bundles the command, so that it starts as fast as the one of the package. */
export function bundleCommand (folder: string): string {
  const outfile = join(folder, 'management-probe.mjs')
  buildSync({ entryPoints: [COMMAND], bundle: true, platform: 'node', format: 'esm', target: 'node20.19', outfile })
  return outfile
}

/** Blocks an app while a client in this process, and the command, send two probes of each kind per second. */
export async function block (by: string, ms: number, command: string): Promise<BlockResult> {
  const app = await AppProcess.start(true)
  try {
    const client = KINDS.map((kind) => new Repeated(`${app.probes}/${kind}`, PROBE_EVERY_MS, RECOVERY_MS))
    const commands = KINDS.map((kind) => new RepeatedCommand(command, `${app.probes}/${kind}`))
    await sleep(2 * PROBE_EVERY_MS)
    const block = await app.block(by, ms)
    await sleep(2 * RECOVERY_MS)
    const answers = await Promise.all(client.map(async (repeated) => await repeated.stop()))
    const exits = await Promise.all(commands.map(async (repeated) => await repeated.stop()))
    const violations = KINDS.flatMap((kind, nth) => [
      ...wrongAnswers(kind, answers[nth] ?? [], block), ...wrongAnswers(`${kind} by command`, exits[nth] ?? [], block)
    ])
    const during = answers.flat().filter(({ sentAt }) => sentAt > block.from && sentAt < block.to)
    const slowestMs = Math.max(0, ...during.map(({ sentAt, answeredAt }) => answeredAt - sentAt))
    if (slowestMs > TOLERANCE_MS) violations.push(`a probe of the blocked app took ${slowestMs.toFixed(0)} ms`)
    const { text } = await send(`${app.url}/debugger`, { method: 'POST', timeoutMs: RECOVERY_MS })
    if (text !== 'moves') violations.push(`a debugger remains attached: ${text}`)
    const code = await app.end()
    if (code !== 0) violations.push(`the app ended with ${code ?? 'a signal'}`)
    const logged = linesAbout([...app.lines, ...(await app.errors).split('\n')])
    violations.push(...wrongLines(by, ms, logged))
    const probes = [...answers, ...exits].flat().length
    const blockedMs = Math.round(block.to - block.from)
    return { by, blockedMs, probes, slowestMs, logged: logged.join(' | '), violations }
  } finally {
    app.kill('SIGKILL')
  }
}

/** Starts the command regularly. */
class RepeatedCommand {
  readonly #answers: Answer[] = []
  readonly #runs: Promise<void>[] = []
  readonly #timer: NodeJS.Timeout

  constructor (command: string, url: string) {
    this.#timer = setInterval(() => { this.#runs.push(this.#run(command, url)) }, PROBE_EVERY_MS)
  }

  async stop (): Promise<readonly Answer[]> {
    clearInterval(this.#timer)
    await Promise.all(this.#runs)
    return this.#answers
  }

  async #run (command: string, url: string): Promise<void> {
    const sentAt = now()
    const [status, text] = await new Promise<readonly [number, string]>((resolve) => {
      execFile(process.execPath, [command, url], (error, _stdout, stderr) => {
        resolve(error === null ? [200, ''] : [/answered (503)/.test(stderr) ? 503 : 0, stderr])
      })
    })
    this.#answers.push({ sentAt, answeredAt: now(), status, text })
  }
}

/** Judges each answer that lies completely before or after a change. */
function wrongAnswers (name: string, answers: readonly Answer[], { from, to }: Block): readonly string[] {
  const failsAt = from + (name.startsWith('liveness') ? LIMITS_MS.liveness : LIMITS_MS.readiness)
  return answers.flatMap(({ sentAt, answeredAt, status, text }) => {
    const mustPass = answeredAt < failsAt - TOLERANCE_MS || sentAt > to + RECOVERY_MS
    const mustFail = sentAt > failsAt + TOLERANCE_MS && answeredAt < to
    const isWrong = (mustPass && status !== 200) || (mustFail && status !== 503) || (status !== 200 && status !== 503)
    if (!isWrong) return []
    const [at, all] = [answeredAt - from, to - from].map((ms) => ms.toFixed(0))
    return [`${name}: ${String(status)} at ${at ?? ''} ms of ${all ?? ''} ms ${text}`]
  })
}

function linesAbout (lines: readonly string[]): readonly string[] {
  return lines.flatMap((line) => /"msg":"(the event loop has been blocked for [^"]*)"/.exec(line)?.[1] ?? [])
}

/** One line names the function. Native code has no name before it returns. */
function wrongLines (by: string, ms: number, lines: readonly string[]): readonly string[] {
  const expected = ms < SHORTEST_LOGGED_MS ? 0 : 1
  if (lines.length !== expected) return [`expected ${expected} lines in the log, got ${lines.join(' | ')}`]
  if (by === 'hashPassword' && ms > STUCK_MS) return []
  return lines.filter((line) => !line.includes(` at ${by} (`)).map((line) => `wrong line: ${line}`)
}
