import { STATUSES } from '../../health/status.js'
import type { ComponentStatus } from '../../health/status.js'

/** The statuses in the metrics. Each has a series of its own, which is 1 while the status holds, and otherwise 0. */
export const METRIC_STATUSES: readonly ComponentStatus[] = [...STATUSES, 'UNKNOWN']

/** The names and descriptions of all metrics. */
export const METRICS = {
  checkStatus: {
    name: 'health_check_status',
    help: 'The status of a check in the reports of a kind: 1 for the current status, 0 for the others.'
  },
  status: {
    name: 'health_status',
    help: 'The status of the reports of a kind: 1 for the current status, 0 for the others.'
  },
  duration: {
    name: 'health_check_duration_seconds',
    help: 'The duration of the runs of a check.'
  },
  runs: {
    name: 'health_check_runs_total',
    help: 'The number of runs of a check, by outcome: passed, failed or timed_out.'
  },
  lastChange: {
    name: 'health_check_last_change_timestamp_seconds',
    help: 'The time when the status of a check last changed.'
  },
  abandoned: {
    name: 'health_check_abandoned_runs',
    help: 'The number of runs of a check that have timed out and not ended yet.'
  }
} as const

/** Only apps with a thread for the separate port have this metric. */
export const BLOCK_METRIC = {
  name: 'health_event_loop_blocked_seconds',
  help: 'The duration of the blocks of the event loop that took at least 0.1 s.'
} as const

/** The names of the metrics that all apps have. */
export const METRIC_NAMES: readonly string[] = Object.values(METRICS).map(({ name }) => name)

export type Labels = Record<string, string>

/** One value of a metric. */
export interface Sample {
  readonly labels: Labels
  readonly value: number
}

/** Returns a sample for each status: 1 for the current status, 0 for the others. */
export function stateSet (labels: Labels, current: ComponentStatus): readonly Sample[] {
  return METRIC_STATUSES.map((status) => ({ labels: { ...labels, status }, value: status === current ? 1 : 0 }))
}
