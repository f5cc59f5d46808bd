import type { ComponentStatus, Status } from './status.js'

/**
 * One check in a report: Spring Boot Actuator's component (`{ status, details, components }`), with the time and the
 * duration of the run. `details.error` is the reason of a failure.
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

/** The answer of an endpoint: the worst status of its checks, and the checks by name. */
export interface Health {
  readonly status: Status
  readonly components: Readonly<Record<string, Component>>
}
