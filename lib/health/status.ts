/**
 * The four statuses, worst first. A report has the worst status of its checks, as Spring Boot Actuator's
 * `SimpleStatusAggregator` has it; `DEGRADED` is ASP.NET's word for working with limits.
 */
export const STATUSES = ['DOWN', 'OUT_OF_SERVICE', 'DEGRADED', 'UP'] as const

/** What a check or a report says. `DOWN` and `OUT_OF_SERVICE` are failures, `DEGRADED` and `UP` are not. */
export type Status = typeof STATUSES[number]

/** A component's status: `UNKNOWN` stands only at a service dependency that has not been asked yet, and weighs nothing. */
export type ComponentStatus = Status | 'UNKNOWN'

export function isStatus (value: unknown): value is Status {
  return STATUSES.some((status) => status === value)
}

/** Whether a status is that of something that works, with limits or without. */
export function isPassing (status: Status): boolean {
  return status === 'UP' || status === 'DEGRADED'
}

/** The worst of some statuses; `UP` when there are none. */
export function worst (statuses: Iterable<Status>): Status {
  let rank = STATUSES.length - 1
  for (const status of statuses) rank = Math.min(rank, STATUSES.indexOf(status))
  return STATUSES[rank] ?? 'DOWN'
}
