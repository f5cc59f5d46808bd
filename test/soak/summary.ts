// The output of a soak test.
import type { Measurement } from './protocol.js'
import type { Load } from './load.js'
import type { Outcome } from './soak.js'
import { megabytes } from './verdict.js'

/** Prints tables with the load and the measurements, and then the violations. */
export function print (outcome: Outcome): void {
  console.table(facts(outcome))
  console.table(Object.fromEntries(outcome.load.lanes.map((lane) => [lane.name, latencies(lane)])))
  console.table(outcome.measurements.map(point))
  console.table(outcome.measurements.at(-1)?.calls)
  for (const { rule, text } of outcome.violations.kept) console.log(`VIOLATION (${rule}) ${text}`)
  for (const [rule, count] of outcome.violations.counts) console.log(`${count} violations of "${rule}"`)
}

function facts ({ load, measurements, closing, decided, turns, worstLagMs }: Outcome): Record<string, string | number> {
  const last = measurements.at(-1)
  return {
    'probes sent': load.sent,
    'per second': Math.round(load.sent / load.activeMs * 1_000),
    'answers with one right status': decided,
    'late answers, excused': load.excused,
    'worst lag of the client (ms)': round(worstLagMs),
    'worst lag of the app (ms)': round(last?.worstLagMs),
    'switches turned': turns,
    'checks removed or added': last?.toggled ?? 0,
    'runs traced': last?.traced ?? 0,
    'changes of status': last?.changes ?? 0,
    'lines logged': last?.logLines ?? 0,
    'never settling, begun': last?.never.begun ?? 0,
    'never settling, collected': last?.never.collected ?? 0,
    'probes at closing, answered / cut off': `${closing?.answered ?? 0} / ${closing?.cutOff ?? 0}`,
    'fastify.close() (ms)': round(closing?.durationMs),
    'exit after that (ms)': round(closing?.exitMs),
    'timers after closing': closing?.timeouts ?? '',
    'left after closing': JSON.stringify(closing?.resources ?? {}),
    'exit code': closing?.ending.code ?? closing?.ending.signal ?? ''
  }
}

function round (value: number | undefined): number | string {
  return value === undefined ? '' : Math.round(value)
}

function latencies ({ latencies }: Load['lanes'][number]): Record<string, string | number> {
  const ms = (microseconds: number): string => (microseconds / 1_000).toFixed(1)
  return {
    answers: latencies.count,
    'p50 (ms)': ms(latencies.percentile(50)),
    'p99 (ms)': ms(latencies.percentile(99)),
    'slowest (ms)': ms(latencies.max)
  }
}

function point ({ heapUsed, resources, connections, never }: Measurement): Record<string, string | number> {
  return {
    'heap (MB)': megabytes(heapUsed),
    handles: JSON.stringify(resources),
    connections,
    'never settling, kept': never.begun - never.collected
  }
}
