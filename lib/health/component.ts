import type { ComponentStatus, Status } from './status.js'

/**
 * One check in a report, in the format of Spring Boot Actuator; `details.error` is the reason of a failure.
 *
 * @see `docs/api.md#health`
 */
export interface Component {
  readonly status: ComponentStatus
  readonly details?: Readonly<Record<string, unknown>>
  readonly components?: Readonly<Record<string, Component>>
  /** When the run ended, in ISO 8601. */
  readonly time?: string
  /** Duration of the run, in milliseconds. */
  readonly durationMs?: number
  /** When the status in `/health` last changed, in ISO 8601. */
  readonly since?: string
  /** The last failed run. While the check fails, it is the current failure. */
  readonly lastFailure?: LastFailure
}

/** A failed run of a check. */
export interface LastFailure {
  /** When the run ended, in ISO 8601. */
  readonly time: string
  /** The reason, at most 1,000 characters. Absent if the check gave no reason. */
  readonly error?: string
  /** Duration of the run, in milliseconds. */
  readonly durationMs: number
}

/**
 * The answer of an endpoint: the worst status of its checks, and the checks by name.
 *
 * @see `docs/api.md#health`
 */
export interface Health {
  readonly status: Status
  readonly components: Readonly<Record<string, Component>>
}
