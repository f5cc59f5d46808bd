import { stateSet } from './definitions.js'
import type { Sample } from './definitions.js'
import type { HealthMetrics } from './health-metrics.js'
import { OUTCOMES } from './tally.js'

/** The samples of all metrics except the durations, which each library stores in its own way. */
export const SAMPLES = {
  checkStatus: (metrics) => metrics.checks().flatMap(({ check, statuses }) =>
    statuses.flatMap(({ kind, status }) => stateSet({ check, kind }, status))),
  status: (metrics) => metrics.kinds().flatMap(({ kind, status }) => stateSet({ kind }, status)),
  runs: (metrics) => metrics.checks().flatMap(({ check, tally }) =>
    OUTCOMES.map((outcome) => ({ labels: { check, outcome }, value: tally.runs[outcome] }))),
  lastChange: (metrics) => metrics.checks().flatMap(({ check, changedAt }) =>
    changedAt === undefined ? [] : [{ labels: { check }, value: changedAt }]),
  abandoned: (metrics) => metrics.checks().map(({ check, abandoned }) => ({ labels: { check }, value: abandoned }))
} satisfies Record<string, (metrics: HealthMetrics) => readonly Sample[]>
