// What must be true of a whole soak; single answers and calls are judged as they come.
import { CATALOGUE } from './catalogue.js'
import type { Measurement } from './protocol.js'
import type { Closing, Outcome } from './soak.js'
import type { Violations } from './violations.js'

const MEGABYTE = 2 ** 20
const HEAP_TOLERANCE = 2 * MEGABYTE

/** Calls that were under way when the garbage was collected. */
const MOST_UNDER_WAY = 4

/** How often what hangs is tried again at least. */
const FEWEST_CALLS = 2

const CLOSES_WITHIN_MS = 1_000
const EXITS_WITHIN_MS = 1_000

/** What a closed app may have left: the channels to its parent. */
const LEFT = ['PipeWrap', 'Pipe', 'TTYWrap', 'FileHandle', 'WriteWrap', 'ShutdownWrap']

/** Judges what was measured. */
export function judge ({ measurements, startupCalls, closing, turns, violations }: Outcome): void {
  const [first] = measurements
  if (first !== undefined) for (const [at, measurement] of measurements.entries()) judgePoint(at, measurement, first, violations)
  judgeCalls(measurements.at(-1), violations)
  if (new Set(startupCalls).size !== 1) violations.add('startup', `startup checks were called after startup was over, or it never was: ${startupCalls.join(', ')} calls`)
  if (turns === 0) violations.add('load', 'no switch was turned')
  if (closing === undefined) violations.add('closing', 'it did not come to that')
  else judgeClosing(closing, violations)
}

export function megabytes (bytes: number): string {
  return (bytes / MEGABYTE).toFixed(2)
}

function judgePoint (at: number, { heapUsed, resources, connections, never }: Measurement, first: Measurement, violations: Violations): void {
  const grownBy = heapUsed - first.heapUsed
  const left = never.begun - never.collected
  if (Math.abs(grownBy) > HEAP_TOLERANCE) violations.add('heap', `${megabytes(heapUsed)} MB at point ${at}, and ${megabytes(first.heapUsed)} MB at the first`)
  if (!isSame(resources, first.resources)) violations.add('handles', `${JSON.stringify(resources)} at point ${at}, and ${JSON.stringify(first.resources)} at the first`)
  if ('Timeout' in resources) violations.add('handles', `there are timers though nobody waits: ${JSON.stringify(resources)} at point ${at}`)
  if (connections !== 0) violations.add('handles', `${connections} connections are open at point ${at}`)
  if (left > MOST_UNDER_WAY) violations.add('heap', `${left} of ${never.begun} promises that never settle are kept at point ${at}`)
}

function judgeCalls (last: Measurement | undefined, violations: Violations): void {
  for (const sort of new Set(CATALOGUE.map(({ sort }) => sort))) {
    const { checks = 1, calls: count = 0 } = last?.calls[sort] ?? {}
    if (count < checks * FEWEST_CALLS) violations.add('load', `the checks of sort ${sort} were called ${count} times`)
  }
}

function judgeClosing ({ durationMs, exitMs, timeouts, resources, ending }: Closing, violations: Violations): void {
  const left = Object.keys(resources).filter((type) => !LEFT.includes(type))
  if (durationMs > CLOSES_WITHIN_MS) violations.add('closing', `fastify.close() took ${durationMs.toFixed(0)} ms`)
  if (exitMs > EXITS_WITHIN_MS) violations.add('closing', `the process lived for ${exitMs.toFixed(0)} ms after it was closed`)
  if (timeouts > 0) violations.add('closing', `after fastify.close() there are ${timeouts} timers`)
  if (left.length > 0) violations.add('closing', `after fastify.close() there is ${JSON.stringify(resources)}`)
  if (ending.code !== 0) violations.add('closing', `the process ended with ${ending.code ?? ending.signal ?? 'nothing'}`)
  if (ending.output !== '') violations.add('closing', `the process has written: ${ending.output.slice(0, 2_000)}`)
}

function isSame (left: Readonly<Record<string, number>>, right: Readonly<Record<string, number>>): boolean {
  return JSON.stringify(left) === JSON.stringify(right)
}
