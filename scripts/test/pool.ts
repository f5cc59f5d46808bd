import { availableParallelism } from 'node:os'
import { besideBusyProcesses } from './child.js'
import type { TapReport } from './tap.js'

/** A part of a run that counts on its own. */
export interface Step {
  readonly name: string
  /** `slot` is a number from 0 that no other step has meanwhile. */
  readonly run: (slot: number) => Promise<TapReport>
}

/** Steps that run beside each other. */
export interface Phase {
  readonly steps: readonly Step[]
  /** Whether other processes keep every core busy meanwhile. */
  readonly busy: boolean
}

export interface StepResult extends TapReport {
  readonly name: string
  readonly seconds: number
}

const CORES = availableParallelism()
const BUSY_PROCESSES_PER_CORE = 2

/** Runs phases one after the other, and prints the result of each step as soon as it has ended. */
export async function runPhases (phases: readonly Phase[], jobs = CORES + 1): Promise<readonly StepResult[]> {
  const results: StepResult[] = []
  for (const { steps, busy } of phases) {
    const work = async (): Promise<readonly StepResult[]> => await runBesideEachOther(steps, jobs)
    results.push(...busy ? await besideBusyProcesses(BUSY_PROCESSES_PER_CORE * CORES, work) : await work())
  }
  return results
}

async function runBesideEachOther (steps: readonly Step[], jobs: number): Promise<readonly StepResult[]> {
  const waiting = [...steps]
  const results: StepResult[] = []
  const work = async (slot: number): Promise<void> => {
    for (let step = waiting.shift(); step !== undefined; step = waiting.shift()) results.push(await runStep(step, slot))
  }
  await Promise.all(Array.from({ length: jobs }, async (_, slot) => await work(slot)))
  return results
}

async function runStep ({ name, run }: Step, slot: number): Promise<StepResult> {
  const started = performance.now()
  const report = await run(slot).catch(failedReport)
  const result = { ...report, name, seconds: (performance.now() - started) / 1_000 }
  print(result)
  return result
}

function failedReport (error: unknown): TapReport {
  return {
    passed: 0,
    failed: 1,
    skipped: 0,
    failures: [error instanceof Error ? error.message : String(error)],
    reasons: [],
    comments: []
  }
}

function print ({ name, seconds, failed, failures, reasons, comments, ...counts }: StepResult): void {
  const mark = failed > 0 ? 'not ok' : 'ok    '
  console.log(`${mark} ${name.padEnd(36)} ${seconds.toFixed(1).padStart(6)} s   ${inWords({ ...counts, failed })}`)
  for (const comment of comments) console.log(`       ${comment}`)
  for (const reason of reasons) console.log(`       # skipped: ${reason}`)
  for (const failure of failures) console.log(`\n${failure.replace(/^(?=.)/gm, '    ')}\n`)
}

/** Prints the failures once more and, as the last line, the counts. Returns whether all went well. */
export function summarize (results: readonly StepResult[], durationMs: number): boolean {
  console.log(`\n${results.length} steps in ${(durationMs / 1_000).toFixed(0)} s`)
  for (const { name, failures } of results) {
    for (const failure of failures) console.log(`failed: ${name}: ${failure.split('\n')[0] ?? ''}`)
  }
  const sum = (key: 'passed' | 'failed' | 'skipped'): number =>
    results.reduce((total, result) => total + result[key], 0)
  console.log(inWords({ passed: sum('passed'), failed: sum('failed'), skipped: sum('skipped') }))
  return sum('failed') === 0
}

function inWords ({ passed, failed, skipped }: Pick<TapReport, 'passed' | 'failed' | 'skipped'>): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`
}
