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
 * How long a report for a peer waits, in milliseconds. The peer itself waits for 800, so that it learns the reason
 * instead of timing out.
 */
export const PEER_PATIENCE_MS = 600

const PEER_REASON = `no result after ${PEER_PATIENCE_MS} ms, which is as long as a service that asks for this report waits`

/** What a report is asked for. */
export interface ReportRequest {
  readonly kind: Kind
  /** Names of checks to leave out. */
  readonly exclude?: ReadonlySet<string> | undefined
  /** Whether another instance asks, for a service dependency of its own: then no further service is asked. */
  readonly peer?: boolean
}

/** A report, and the same without the checks that were to be left out. */
export interface BothWays {
  readonly whole: MaybePromise<Report>
  readonly without: MaybePromise<Report>
}

/** What a report says of one entry. */
interface Part {
  readonly entry: Entry
  readonly component: Component
  /** The run that adds to the report's status; none where the component stands as information. */
  readonly run?: Outcome
}

/** What an endpoint answers. The components are put together when somebody looks at them: a probe is mostly terse. */
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

  /** Goes through the components without an object of them all, which takes longer to make than to write down. */
  map<T> (make: (name: string, component: Component) => T): T[] {
    const made = this.#parts.map(({ entry, component }) => make(entry.name, component))
    return this.#lifecycle === undefined ? made : [make(LIFECYCLE, this.#lifecycle), ...made]
  }
}

/** What reports are made of. */
export interface ReporterDependencies {
  readonly registry: Registry
  readonly startup: Startup
  readonly availability: Lifecycle
  readonly clock: Clock
}

/** Makes reports of the checks in a registry. */
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

  /** Asks the checks that a question is about, all at once, and gives the worst of what they say. */
  report (question: ReportRequest): MaybePromise<Report> {
    const { kind, exclude } = question
    const entries = this.#registry.of(kind)
    const asked = exclude === undefined || exclude.size === 0 ? entries : entries.filter(({ name }) => !exclude.has(name))
    return this.#conclude(question, this.#askAll(question, asked))
  }

  /** Makes a report with and without what is to be left out, of the same runs: while it is not known which one is due. */
  reportBothWays (question: ReportRequest, exclude: ReadonlySet<string>): BothWays {
    const entries = this.#registry.of(question.kind)
    const isKept = entries.map(({ name }) => !exclude.has(name))
    const parts = this.#askAll(question, entries)
    const others = parts.filter((_part, at) => isKept[at])
    return { whole: this.#conclude(question, parts), without: this.#conclude(question, others) }
  }

  /** Makes the component of one check, as `/health` would show it; `undefined` for a name that nothing has. */
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
    // Without a closure for each of many results that are there.
    if (answer !== undefined && !(answer instanceof Promise)) return { entry, component: answer, run: answer }
    return chain(answer, (run) => run === undefined ? this.#askSuccessor(entry, question, now) : { entry, component: run, run })
  }

  /** For a check that was removed while it was waited for: the one that has taken its place, in what is left of the time. */
  #askSuccessor (removed: Entry, { kind, peer = false }: ReportRequest, askedAt: number): MaybePromise<Part | undefined> {
    const entry = this.#registry.of(kind).find(({ name }) => name === removed.name)
    if (entry === undefined || entry === removed) return undefined
    const now = this.#clock.now()
    const patienceMs = peer ? PEER_PATIENCE_MS : removed.checkFor(kind).policy.timeout
    const leftMs = Math.max(0, askedAt + patienceMs - now)
    const check = entry.checkFor(kind)
    return chain(this.#orUnanswered(check, check.ask(now), leftMs, 'no result in time, after another check of this name was removed'), (run) => run && { entry, component: run, run })
  }

  /** Waits no longer than so many milliseconds. */
  #orUnanswered (check: Check, answer: MaybeRun, patienceMs: number, reason: string): MaybeRun {
    if (!(answer instanceof Promise)) return answer
    return withTimeout(patienceMs, answer, this.#clock).then((run) => run === TIMED_OUT ? check.unanswered(reason) : run)
  }

  #conclude (question: ReportRequest, parts: readonly MaybePromise<Part | undefined>[]): MaybePromise<Report> {
    return chainAll(parts, (parts) => this.#report(question, parts.every((part) => part !== undefined) ? parts : parts.filter((part) => part !== undefined)))
  }

  #report ({ kind, peer }: ReportRequest, parts: readonly Part[]): Report {
    const own = this.#availability.statusFor(kind)
    const status = kind === 'startup' && this.#startup.completed ? 'UP' : worstOf(own, parts)
    if (kind === 'startup' && peer !== true) this.#completeStartup(parts)
    return new Report(status, parts, this.#availability.component)
  }

  /** A check that was left out, or added while the others ran, has not passed yet. */
  #completeStartup (parts: readonly Part[]): void {
    if (this.#startup.completed) return
    const passed = new Map(parts.flatMap(({ entry, run }) => run !== undefined && hasPassed(entry, run) ? [[entry, run] as const] : []))
    if (passed.size > 0 && this.#registry.of('startup').every((entry) => passed.has(entry))) this.#startup.complete(passed)
  }
}

function worstOf (own: Status, parts: readonly Part[]): Status {
  let status = own
  for (const { run } of parts) if (run !== undefined && run.status !== 'UP') status = worst([status, run.status])
  return status
}

/** Whether a startup check has passed: a failure that `failureStatus` shows as `DEGRADED` has not. */
function hasPassed (entry: Entry, { status }: Outcome): boolean {
  return isPassing(status) && entry.checkFor('startup').passes
}

/** What is known of a further service: without its parts, which would grow with every round that two services ask each other. */
function asInformation (run: Component | undefined): Component {
  const { components, ...known } = run ?? { status: 'UNKNOWN' }
  return known
}
