import type { Clock } from '../base/clock.js'
import type { Logger } from '../base/logger.js'
import { errors } from '../errors.js'
import type { MaybePromise } from '../base/maybe-promise.js'
import { assertFunction } from '../base/rules.js'
import type { CheckFunction } from './check/check-function.js'
import type { RunListener, TimedChange } from './check/check-observer.js'
import { Lifecycle } from './lifecycle.js'
import { Check } from './check/check.js'
import type { Component } from './component.js'
import { warnOfDegraded } from './degraded-warning.js'
import { Events } from './events.js'
import { warnOfProbes } from './health-only.js'
import { ALL_CHECKS } from './kind.js'
import type { Kind, Kinds } from './kind.js'
import { kindsOf, onlyFor } from './check/failure-status.js'
import { CHECK_OPTION_NAMES, DEFAULT_POLICY, formatOption, policyOf, REMOTE_POLICY } from './check/options.js'
import type { CheckOptions, CheckPolicy } from './check/options.js'
import { LocalEntry, Registry, RemoteEntry } from './registry.js'
import type { Entry } from './registry.js'
import type { Report, ReportCaller, ReportPair, ReportRequest } from './report.js'
import { Reporter } from './reporter.js'
import type { ReporterDependencies } from './reporter.js'
import { Startup } from './startup.js'

/** The parts that an engine needs. */
export interface EngineDependencies {
  readonly log: Logger
  /** The app. Messages for subscribers contain it, so that they can tell apps apart. */
  readonly owner: object
  readonly clock: Clock
  /** Options of checks that do not set their own. */
  readonly defaults: CheckOptions
  /** Returns true while the app's port is reachable. Until then the app is out of service. */
  readonly isServing: () => boolean
  /** Called at each status change, before the log and the channel. It must not throw. */
  readonly onChange?: (change: TimedChange) => void
}

interface CheckScope {
  /** Returns the kinds that the check has at this moment. */
  readonly kinds: () => Iterable<Kind>
  /** The kind for which the check requests a service dependency, if it is not `health`. */
  readonly cascade?: Kind
}

/** The checks of one instance, its lifecycle, and its reports. Knows nothing about HTTP. */
export class HealthEngine {
  readonly kinds: Kinds
  readonly lifecycle: Lifecycle
  /** The parts of reports, for observers that must not run a check. */
  readonly parts: ReporterDependencies
  readonly #registry = new Registry()
  readonly #startup: Startup
  readonly #dependencies: EngineDependencies
  readonly #defaults: CheckPolicy
  readonly #remoteDefaults: CheckPolicy
  readonly #events: Events
  readonly #reporter: Reporter
  readonly #automatic = new Set<string>()
  #isRunning = false
  #isClosed = false

  constructor (kinds: Kinds, dependencies: EngineDependencies) {
    const { log, owner, clock, defaults, isServing, onChange } = dependencies
    this.kinds = kinds
    this.#dependencies = dependencies
    this.#startup = new Startup(this.#registry, clock)
    this.#defaults = this.#policy(defaults, DEFAULT_POLICY)
    this.#remoteDefaults = this.#policy(defaults, REMOTE_POLICY)
    this.#events = new Events(log, owner, clock, onChange)
    this.lifecycle = new Lifecycle(this.#events, clock, isServing, kinds.withFormat)
    this.parts = { registry: this.#registry, startup: this.#startup, lifecycle: this.lifecycle, clock }
    this.#reporter = new Reporter(this.parts)
  }

  /**
   * Adds a check. If a check with this name and function exists, adds the kinds to it. After startup has completed,
   * adds the kinds except `startup`. If it throws, the app has the same checks as before.
   */
  add (kinds: readonly unknown[], name: unknown, checkFunction: unknown, options: CheckOptions): void {
    this.kinds.assertKnown(kinds)
    this.kinds.assertCheckName(name)
    assertFunction('check', name, checkFunction)
    const existing = this.#automatic.has(name) ? undefined : this.#registry.get(name)
    const isTooLate = this.#startup.completed && existing?.kinds.has('startup') !== true
    const runningKinds = isTooLate ? kinds.filter((kind) => kind !== 'startup') : kinds
    if (runningKinds.length === 0) throw new errors.StartupCompleted(name)
    if (existing === undefined) this.#addNew(runningKinds, name, checkFunction, options)
    else this.#extend(existing, runningKinds, checkFunction, options)
  }

  /** Adds a check that `add` may replace, unless the name is taken. Returns true if it was added. */
  addAutomatic (kinds: readonly Kind[], name: string, make: () => CheckFunction, options: CheckOptions = {}): boolean {
    if (this.#registry.get(name) !== undefined) return false
    this.add(kinds, name, make(), options)
    this.#automatic.add(name)
    return true
  }

  /** Adds the health of another service: `request` reads its `/health`, and `requestByKind` the kinds that cascade. */
  addRemote (
    name: string,
    request: CheckFunction,
    requestByKind: ReadonlyMap<Kind, CheckFunction>,
    options: CheckOptions
  ): void {
    this.kinds.assertCheckName(name)
    const newCheck = (kind: Kind, request: CheckFunction): Check =>
      this.#check(name, request, this.#remotePolicy(kind, options), scopeOf(kind))
    const byKind = new Map([...requestByKind].map(([kind, request]) => [kind, newCheck(kind, request)]))
    for (const [kind, check] of byKind) warnOfDegraded(check, [kind], this.#dependencies.log)
    this.#put(new RemoteEntry(newCheck(ALL_CHECKS, request), byKind))
  }

  /** Removes a check at once. Aborts its current run and drops the result. */
  remove (name: string): boolean {
    const entry = this.#registry.remove(name)
    this.#automatic.delete(name)
    for (const check of entry?.checks ?? []) check.remove()
    return entry !== undefined
  }

  /** Call this when the app is ready. Starts the background runs of all checks, also of checks added later. */
  start (): void {
    this.#isRunning = true
    for (const entry of this.#registry.of(ALL_CHECKS)) this.#begin(entry)
  }

  /** Ends all runs and timers. Only outstanding summaries are logged, and later reports contain the last results. */
  close (): void {
    this.#isClosed = true
    this.lifecycle.close()
    for (const entry of this.#registry.of(ALL_CHECKS)) close(entry)
    this.#events.close()
  }

  /** Calls back after each run that was not cancelled. */
  onRun (listener: RunListener): void {
    this.#events.onRun(listener)
  }

  /** Calls back at each status change, before the log and the channel. The listener must not throw. */
  onChange (listener: (change: TimedChange) => void): void {
    this.#events.onChange(listener)
  }

  report (request: ReportRequest): MaybePromise<Report> {
    return this.#reporter.report(request)
  }

  /** Makes two reports from the same runs: a complete report, and a report without the excluded checks. */
  reportPair (request: ReportRequest, exclude: ReadonlySet<string>): ReportPair {
    return this.#reporter.reportPair(request, exclude)
  }

  component (name: string, caller: ReportCaller = {}): MaybePromise<Component | undefined> {
    return this.#reporter.component(name, caller)
  }

  /** Adds a new check. Replaces an automatic check of this name, which ends last: a report always finds one of both. */
  #addNew (kinds: readonly Kind[], name: string, checkFunction: CheckFunction, options: CheckOptions): void {
    const policy = this.#policy(options, this.#defaults)
    const check = this.#check(name, checkFunction, policy, { kinds: () => entry.kinds })
    const entry = new LocalEntry(check, kinds)
    const replaced = this.#automatic.delete(name) ? this.#registry.get(name) : undefined
    this.#put(entry, replaced)
    this.#warnOfKinds(entry.check, kinds)
    for (const check of replaced?.checks ?? []) check.remove()
  }

  #extend (existing: Entry, kinds: readonly Kind[], checkFunction: CheckFunction, options: CheckOptions): void {
    assertSame(existing, checkFunction, options)
    const added = kinds.filter((kind) => !existing.kinds.has(kind))
    this.#startup.beforeAdd(kinds)
    this.#registry.extend(existing, kinds)
    this.#warnOfKinds(existing.check, added)
    existing.check.kindsChanged()
    this.#begin(existing)
  }

  #warnOfKinds (check: Check, kinds: readonly Kind[]): void {
    warnOfDegraded(check, kinds, this.#dependencies.log)
    warnOfProbes(check, kinds, this.#dependencies.log)
  }

  #put (entry: Entry, replaced?: Entry): void {
    this.#startup.beforeAdd(entry.kinds)
    this.#registry.add(entry, replaced)
    if (this.#isClosed) close(entry)
    else this.#begin(entry)
  }

  #begin (entry: Entry): void {
    if (!this.#isRunning) return
    for (const check of entry.checks) if (!this.#startup.isOver(entry, check)) check.start()
  }

  #check (name: string, checkFunction: CheckFunction, policy: CheckPolicy, { kinds, cascade }: CheckScope): Check {
    const { clock, log } = this.#dependencies
    return new Check(name, checkFunction, policy, {
      clock,
      log: log.child({ check: name }),
      observer: this.#events.of(kinds, cascade),
      runningKinds: () => this.#startup.runningKinds(kinds())
    })
  }

  /** Each check of a service dependency has one kind, so its log lines and messages have the severity of that kind. */
  #remotePolicy (kind: Kind, options: CheckOptions): CheckPolicy {
    const policy = this.#policy(options, this.#remoteDefaults)
    const { failureStatus } = policy
    return typeof failureStatus === 'object' ? { ...policy, failureStatus: onlyFor(kind, failureStatus) } : policy
  }

  /** Throws if `failureStatus` names an unknown kind. */
  #policy (options: CheckOptions, defaults: CheckPolicy): CheckPolicy {
    const kinds = kindsOf(options.failureStatus)
    if (kinds.length > 0) this.kinds.assertKnown(kinds)
    return policyOf(options, defaults)
  }
}

/** The scope of a check that requests a service dependency for one kind. */
function scopeOf (kind: Kind): CheckScope {
  return { kinds: () => [kind], ...(kind !== ALL_CHECKS && { cascade: kind }) }
}

function close (entry: Entry): void {
  for (const check of entry.checks) check.close()
}

/** Throws unless the existing check has the same function and options. A different check must not replace it. */
function assertSame (
  existing: Entry,
  checkFunction: CheckFunction,
  options: CheckOptions
): asserts existing is LocalEntry {
  const { name } = existing
  if (!(existing instanceof LocalEntry) || existing.check.checkFunction !== checkFunction) {
    throw new errors.NameTaken('check', name, 'give this check another name, or remove the other one first')
  }
  const { policy } = existing.check
  const given = policyOf(options, policy)
  const option = CHECK_OPTION_NAMES.find((option) => formatOption(option, given) !== formatOption(option, policy))
  if (option === undefined) return
  const values = `${formatOption(option, policy)}, not ${formatOption(option, given)}`
  throw new errors.NameTaken('check', name, `the same function is there with another ${option} (${values})`)
}
