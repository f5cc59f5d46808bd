// Judges a whole soak test. Single answers and calls are judged during the test.
import { CATALOGUE } from './catalogue.js'
import type { Measurement } from './protocol.js'
import type { Closing, Outcome } from './soak.js'
import type { Violations } from './violations.js'

const MEGABYTE = 2 ** 20
const HEAP_TOLERANCE = 2 * MEGABYTE

/** The number of calls that may be under way at a garbage collection. */
const MOST_UNDER_WAY = 4

/** The least number of calls of each check, including checks that hang. */
const FEWEST_CALLS = 2

const CLOSES_WITHIN_MS = 1_000
const EXITS_WITHIN_MS = 1_000

/** Resources that may remain after the close: the channels to the parent process. */
const ALLOWED_RESOURCES = ['PipeWrap', 'Pipe', 'TTYWrap', 'FileHandle', 'WriteWrap', 'ShutdownWrap']

/** Judges the measurements. */
export function judge ({ measurements, startupCalls, closing, turns, violations }: Outcome): void {
  const [first] = measurements
  if (first !== undefined) {
    for (const [at, measurement] of measurements.entries()) judgePoint(at, measurement, first, violations)
  }
  judgeCalls(measurements.at(-1), violations)
  if (new Set(startupCalls).size !== 1) {
    const calls = startupCalls.join(', ')
    violations.add('startup', `startup never completed, or its checks were called after that: ${calls} calls`)
  }
  if (turns === 0) violations.add('load', 'no switch was turned')
  if (closing === undefined) violations.add('closing', 'the test failed before the app was closed')
  else judgeClosing(closing, violations)
}

export function megabytes (bytes: number): string {
  return (bytes / MEGABYTE).toFixed(2)
}

function judgePoint (at: number, measurement: Measurement, first: Measurement, violations: Violations): void {
  const { heapUsed, resources, connections, never } = measurement
  const [now, before] = [JSON.stringify(resources), JSON.stringify(first.resources)]
  const left = never.begun - never.collected
  if (Math.abs(heapUsed - first.heapUsed) > HEAP_TOLERANCE) {
    const [size, firstSize] = [megabytes(heapUsed), megabytes(first.heapUsed)]
    violations.add('heap', `${size} MB at measurement ${at}, ${firstSize} MB at the first`)
  }
  if (now !== before) violations.add('handles', `${now} at measurement ${at}, ${before} at the first`)
  if ('Timeout' in resources) {
    violations.add('handles', `timers keep the process alive although no probe waits: ${now} at measurement ${at}`)
  }
  if (connections !== 0) violations.add('handles', `${connections} connections are open at measurement ${at}`)
  if (left > MOST_UNDER_WAY) {
    violations.add('heap', `${left} of ${never.begun} endless promises are in memory at measurement ${at}`)
  }
}

function judgeCalls (last: Measurement | undefined, violations: Violations): void {
  for (const sort of new Set(CATALOGUE.map(({ sort }) => sort))) {
    const { checks = 1, calls: count = 0 } = last?.calls[sort] ?? {}
    if (count < checks * FEWEST_CALLS) violations.add('load', `the checks of sort ${sort} were called ${count} times`)
  }
}

function judgeClosing (closing: Closing, violations: Violations): void {
  const { durationMs, exitMs, timeouts, resources, ending } = closing
  const left = Object.keys(resources).filter((type) => !ALLOWED_RESOURCES.includes(type))
  if (durationMs > CLOSES_WITHIN_MS) violations.add('closing', `fastify.close() took ${durationMs.toFixed(0)} ms`)
  if (exitMs > EXITS_WITHIN_MS) violations.add('closing', `the process ran for ${exitMs.toFixed(0)} ms after the close`)
  if (timeouts > 0) violations.add('closing', `${timeouts} timers are left after fastify.close()`)
  if (left.length > 0) {
    violations.add('closing', `resources are left after fastify.close(): ${JSON.stringify(resources)}`)
  }
  if (ending.code !== 0) {
    violations.add('closing', `the process ended with ${ending.code ?? ending.signal ?? 'no code'}`)
  }
  if (ending.output !== '') violations.add('closing', `the process has printed: ${ending.output.slice(0, 2_000)}`)
}
