import type { Clock } from '../base/clock.js'
import { TIMED_OUT, withTimeout } from '../base/with-timeout.js'
import { chain, chainAll } from '../base/maybe-promise.js'
import type { MaybePromise } from '../base/maybe-promise.js'
import { LIFECYCLE } from './lifecycle.js'
import type { Lifecycle } from './lifecycle.js'
import type { MaybeRun, Check } from './check/check.js'
import type { Component, Health } from './component.js'
import type { Kind } from './kind.js'
import type { Entry, Registry } from './registry.js'
import type { Outcome } from './check/result.js'
import type { Startup } from './startup.js'
import { isPassing, worst } from './status.js'
import type { Status } from './status.js'

/**
 * The time limit of a report for a peer, in milliseconds. The peer waits 800 ms, so it receives the reason instead of a
 * timeout.
 */
export const PEER_PATIENCE_MS = 600

const PEER_REASON = `no result after ${PEER_PATIENCE_MS} ms, the time limit of a report for another service`

const SUCCESSOR_REASON = 'no result in time, after another check of this name was removed'

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
}

/** A complete report, and the same report without the excluded checks. */
export interface BothWays {
  readonly whole: MaybePromise<Report>
  readonly without: MaybePromise<Report>
}

/** One entry in a report. */
interface Part {
  readonly entry: Entry
  readonly component: Component
  /** The result that counts for the report's status. Absent if the component is only information. */
  readonly run?: Outcome
}

/** The answer of an endpoint. Builds the components on demand, because most probes need only the status. */
export class Report implements Health {
  readonly status: Status
  readonly #parts: readonly Part[]
  readonly #lifecycle: Component | undefined

  constructor (status: Status, parts: readonly Part[], lifecycle: Component | undefined) {
    this.status = status
    this.#parts = parts
    this.#lifecycle = lifecycle
  }

  get components (): Readonly<Record<string, Component>> {
    return Object.fromEntries(this.map((name, component) => [name, component] as const))
  }

  /** Maps the components one by one. An object of all components takes longer to build than to write as JSON. */
  map<T> (make: (name: string, component: Component) => T): T[] {
    const made = this.#parts.map(({ entry, component }) => make(entry.name, component))
    return this.#lifecycle === undefined ? made : [make(LIFECYCLE, this.#lifecycle), ...made]
  }
}

/** The parts that a reporter needs. */
export interface ReporterDependencies {
  readonly registry: Registry
  readonly startup: Startup
  readonly availability: Lifecycle
  readonly clock: Clock
}

/** Makes reports from the checks in a registry. */
export class Reporter {
  readonly #registry: Registry
  readonly #startup: Startup
  readonly #availability: Lifecycle
  readonly #clock: Clock

  constructor ({ registry, startup, availability, clock }: ReporterDependencies) {
    this.#registry = registry
    this.#startup = startup
    this.#availability = availability
    this.#clock = clock
  }

  /** Runs the requested checks, all at once, and returns their worst status with their components. */
  report (question: ReportRequest): MaybePromise<Report> {
    const { kind, exclude } = question
    const entries = this.#registry.of(kind)
    const isExcluding = exclude !== undefined && exclude.size > 0
    const included = isExcluding ? entries.filter(({ name }) => !exclude.has(name)) : entries
    return this.#conclude(question, this.#askAll(question, included))
  }

  /** Makes two reports from the same runs, for a caller that does not know yet which report it needs. */
  reportBothWays (question: ReportRequest, exclude: ReadonlySet<string>): BothWays {
    const entries = this.#registry.of(question.kind)
    const isKept = entries.map(({ name }) => !exclude.has(name))
    const parts = this.#askAll(question, entries)
    const others = parts.filter((_part, at) => isKept[at])
    return { whole: this.#conclude(question, parts), without: this.#conclude(question, others) }
  }

  /** Returns the component of one check, as in `/health`, or `undefined` if the name is unknown. */
  component (name: string, peer = false): MaybePromise<Component | undefined> {
    if (name === LIFECYCLE) return this.#availability.component ?? { status: 'UP' }
    const entry = this.#registry.get(name)
    return entry && chain(this.#ask(entry, { kind: 'health', peer }, this.#clock.now()), (part) => part?.component)
  }

  #askAll (question: ReportRequest, entries: readonly Entry[]): readonly MaybePromise<Part | undefined>[] {
    const now = this.#clock.now()
    return entries.map((entry) => this.#ask(entry, question, now))
  }

  #ask (entry: Entry, question: ReportRequest, now: number): MaybePromise<Part | undefined> {
    const { kind, peer = false } = question
    const check = entry.checkFor(kind)
    if (peer && entry.remote) return { entry, component: asInformation(check.shown) }
    const settled = this.#startup.settled(entry, kind)
    if (settled !== undefined) return { entry, component: settled, run: settled }
    const answer = peer ? this.#orUnanswered(check, check.ask(now), PEER_PATIENCE_MS, PEER_REASON) : check.ask(now)
    // Saves a closure for each result that is available at once.
    if (answer !== undefined && !(answer instanceof Promise)) return { entry, component: answer, run: answer }
    return chain(answer, (run) => {
      return run === undefined ? this.#askSuccessor(entry, question, now) : { entry, component: run, run }
    })
  }

  /** For a check that was removed during its run: runs the check that now has the name, within the remaining time. */
  #askSuccessor (
    removed: Entry,
    { kind, peer = false }: ReportRequest,
    askedAt: number
  ): MaybePromise<Part | undefined> {
    const entry = this.#registry.of(kind).find(({ name }) => name === removed.name)
    if (entry === undefined || entry === removed) return undefined
    const now = this.#clock.now()
    const patienceMs = peer ? PEER_PATIENCE_MS : removed.checkFor(kind).policy.timeout
    const leftMs = Math.max(0, askedAt + patienceMs - now)
    const check = entry.checkFor(kind)
    const answer = this.#orUnanswered(check, check.ask(now), leftMs, SUCCESSOR_REASON)
    return chain(answer, (run) => run && { entry, component: run, run })
  }

  /** Waits for the result up to a time limit, and returns a failure after it. */
  #orUnanswered (check: Check, answer: MaybeRun, patienceMs: number, reason: string): MaybeRun {
    if (!(answer instanceof Promise)) return answer
    const limited = withTimeout(patienceMs, answer, this.#clock)
    return limited.then((run) => run === TIMED_OUT ? check.unanswered(reason) : run)
  }

  #conclude (question: ReportRequest, parts: readonly MaybePromise<Part | undefined>[]): MaybePromise<Report> {
    return chainAll(parts, (parts) => this.#report(question, withoutRemoved(parts)))
  }

  #report ({ kind, peer }: ReportRequest, parts: readonly Part[]): Report {
    const own = this.#availability.statusFor(kind)
    const status = kind === 'startup' && this.#startup.completed ? 'UP' : worstOf(own, parts)
    if (kind === 'startup' && peer !== true) this.#completeStartup(parts)
    return new Report(status, parts, this.#availability.component)
  }

  /** Completes startup if every startup check has passed in this report. Excluded checks have not passed. */
  #completeStartup (parts: readonly Part[]): void {
    if (this.#startup.completed) return
    const passed = new Map<Entry, Outcome>()
    for (const { entry, run } of parts) if (run !== undefined && hasPassed(entry, run)) passed.set(entry, run)
    const hasAllPassed = this.#registry.of('startup').every((entry) => passed.has(entry))
    if (passed.size > 0 && hasAllPassed) this.#startup.complete(passed)
  }
}

/** Drops the checks that were removed during their run. Copies the list only if there are any. */
function withoutRemoved (parts: readonly (Part | undefined)[]): readonly Part[] {
  return parts.every((part) => part !== undefined) ? parts : parts.filter((part) => part !== undefined)
}

function worstOf (own: Status, parts: readonly Part[]): Status {
  let status = own
  for (const { run } of parts) if (run !== undefined && run.status !== 'UP') status = worst([status, run.status])
  return status
}

/** Returns true if a startup check has passed. A failure that `failureStatus` turns into `DEGRADED` has not passed. */
function hasPassed (entry: Entry, { status }: Outcome): boolean {
  return isPassing(status) && entry.checkFor('startup').passes
}

/**
 * Returns the last result of a service dependency without its parts, which would grow with each request in a circle.
 */
function asInformation (run: Component | undefined): Component {
  const { components, ...known } = run ?? { status: 'UNKNOWN' }
  return known
}
