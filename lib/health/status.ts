/**
 * The four statuses, worst first. A report has the worst status of its checks, as with Spring Boot Actuator's
 * `SimpleStatusAggregator`. `DEGRADED` is ASP.NET's word for working with limits.
 */
export const STATUSES = ['DOWN', 'OUT_OF_SERVICE', 'DEGRADED', 'UP'] as const

/**
 * The status of a check or a report: `DOWN` and `OUT_OF_SERVICE` are failures, `DEGRADED` and `UP` are not.
 *
 * @see `docs/checks.md#results`
 */
export type Status = typeof STATUSES[number]

/**
 * The status of a component: `UNKNOWN` is a service dependency that has not been checked yet.
 *
 * @see `docs/checks.md#states`
 */
export type ComponentStatus = Status | 'UNKNOWN'

export function isStatus (value: unknown): value is Status {
  return STATUSES.some((status) => status === value)
}

/** Returns true for `UP` and `DEGRADED`: the thing works, with or without limits. */
export function isPassing (status: Status): boolean {
  return status === 'UP' || status === 'DEGRADED'
}

/** Returns the worst status of a list, or `UP` if the list is empty. */
export function worst (statuses: Iterable<Status>): Status {
  let rank = STATUSES.length - 1
  for (const status of statuses) rank = Math.min(rank, STATUSES.indexOf(status))
  return STATUSES[rank] ?? 'DOWN'
}
