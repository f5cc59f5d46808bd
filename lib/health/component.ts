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
