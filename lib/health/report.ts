import type { MaybePromise } from '../base/maybe-promise.js'
import type { Component, Health } from './component.js'
import type { Kind } from './kind.js'
import { LIFECYCLE } from './lifecycle.js'
import { withRecord } from './part.js'
import type { Part } from './part.js'
import type { Status } from './status.js'

/** The parameters of a report. */
export interface ReportRequest {
  readonly kind: Kind
  /** Names of checks to exclude. */
  readonly exclude?: ReadonlySet<string> | undefined
  /**
   * True if a peer requests the report. Then no service dependency is requested, so that requests cannot run in
   * circles.
   */
  readonly peer?: boolean
  /**
   * The longest time that the caller waits for a check, in milliseconds. It can only shorten the check's own timeout,
   * and changes nothing but this report.
   */
  readonly timeLimitMs?: number | undefined
}

/** The parameters of a report that depend on its caller. */
export type ReportCaller = Pick<ReportRequest, 'peer' | 'timeLimitMs'>

/** A report on all checks of a kind, and the same report without the excluded checks. */
export interface ReportPair {
  readonly complete: MaybePromise<Report>
  readonly filtered: MaybePromise<Report>
}

/** The answer of an endpoint. Builds the components on demand, because most probes need only the status. */
export class Report implements Health {
  readonly status: Status
  readonly #kind: Kind
  readonly #parts: readonly Part[]
  readonly #lifecycle: Component | undefined

  constructor (kind: Kind, status: Status, parts: readonly Part[], lifecycle: Component | undefined) {
    this.status = status
    this.#kind = kind
    this.#parts = parts
    this.#lifecycle = lifecycle
  }

  get components (): Readonly<Record<string, Component>> {
    return Object.fromEntries(this.mapDetailed((name, component) => [name, component] as const))
  }

  /**
   * Maps the components one by one, without their records. An object of all components takes longer to build than to
   * write as JSON.
   */
  map<T> (make: (name: string, component: Component) => T): T[] {
    return this.#map(({ component }) => component, make)
  }

  /** Does the same, and adds `since` and `lastFailure`, which only requests that may see details receive. */
  mapDetailed<T> (make: (name: string, component: Component) => T): T[] {
    return this.#map((part) => withRecord(part, this.#kind), make)
  }

  #map<T> (component: (part: Part) => Component, make: (name: string, component: Component) => T): T[] {
    const made = this.#parts.map((part) => make(part.entry.name, component(part)))
    return this.#lifecycle === undefined ? made : [make(LIFECYCLE, this.#lifecycle), ...made]
  }
}
