import type { FastifyInstance } from 'fastify'
import type { Clock } from '../base/clock.js'
import { errors } from '../errors.js'
import type { MaybePromise } from '../base/maybe-promise.js'
import { assertFunction } from '../base/rules.js'
import type { CheckFunction } from './check/attempt.js'
import { Lifecycle } from './lifecycle.js'
import { Check } from './check/check.js'
import type { Component } from './component.js'
import { Events } from './events.js'
import type { Kind, Kinds } from './kind.js'
import { policyOf } from './check/policy.js'
import type { CheckOptions, CheckPolicy } from './check/policy.js'
import { LocalEntry, Registry, RemoteEntry } from './registry.js'
import type { Entry } from './registry.js'
import { Reporter } from './report.js'
import type { BothWays, ReportRequest, Report } from './report.js'
import { Startup } from './startup.js'

/** What an engine needs from around it. */
export interface EngineSurroundings {
  /** The app: its log is written to, and subscribers are told whose check it is. */
  readonly fastify: FastifyInstance
  readonly clock: Clock
  /** What holds for a check whose own options do not say otherwise. */
  readonly defaults: CheckOptions
  /** Whether requests of the app's own can reach it: until they do it is out of service. */
  readonly isServing: () => boolean
}

/** The checks of one instance, its own state, and the reports made of them. Knows nothing of HTTP. */
export class HealthEngine {
  readonly kinds: Kinds
  readonly availability: Lifecycle
  readonly #registry = new Registry()
  readonly #startup = new Startup()
  readonly #surroundings: EngineSurroundings
  readonly #defaults: CheckPolicy
  readonly #events: Events
  readonly #reporter: Reporter
  readonly #automatic = new Set<string>()
  #isRunning = false
  #isClosed = false

  constructor (kinds: Kinds, surroundings: EngineSurroundings) {
    const { fastify, clock, defaults, isServing } = surroundings
    this.kinds = kinds
    this.#surroundings = surroundings
    this.#defaults = policyOf(defaults)
    this.#events = new Events(fastify)
    this.availability = new Lifecycle(this.#events, clock, isServing)
    this.#reporter = new Reporter({ registry: this.#registry, startup: this.#startup, availability: this.availability, clock })
  }

  /** Adds a check under a name that is free, or kinds to the check that has it. */
  add (kinds: readonly unknown[], name: unknown, checkFunction: unknown, options: CheckOptions): void {
    this.kinds.assertKnown(kinds)
    this.kinds.assertCheckName(name)
    assertFunction('check', name, checkFunction)
    const present = this.#automatic.has(name) ? undefined : this.#registry.get(name)
    if (this.#startup.completed && kinds.includes('startup') && present?.kinds.has('startup') !== true) throw new errors.StartupCompleted(name)
    this.#giveWay(name)
    if (present === undefined) this.#addNew(kinds, name, checkFunction, options)
    else this.#extend(present, kinds, checkFunction, options)
  }

  /** Adds a check that somebody's own may replace, unless the name is taken; gives whether it was added. */
  addAutomatic (kinds: readonly Kind[], name: string, makeCheck: () => CheckFunction): boolean {
    if (this.#registry.get(name) !== undefined) return false
    this.add(kinds, name, makeCheck(), {})
    this.#automatic.add(name)
    return true
  }

  /** Adds another service's health: how to ask for all of it, and for each kind that cascades. */
  addRemote (name: string, ask: CheckFunction, askFor: ReadonlyMap<Kind, CheckFunction>, options: CheckOptions): void {
    this.kinds.assertCheckName(name)
    const byKind = new Map([...askFor].map(([kind, ask]) => [kind, this.#check(name, ask, options, () => [kind])]))
    this.#put(new RemoteEntry(this.#check(name, ask, options, () => ['health']), byKind))
  }

  /** Removes a check at once: a run that is under way is aborted, and its result dropped. */
  remove (name: string): boolean {
    const entry = this.#registry.remove(name)
    this.#automatic.delete(name)
    for (const check of entry?.checks ?? []) check.remove()
    return entry !== undefined
  }

  /** Begins to run the checks that run in the background, and those that are added from now on. */
  start (): void {
    this.#isRunning = true
    for (const entry of this.#registry.of('health')) this.#begin(entry)
  }

  /** Ends every run and every timer, silently. Reports are made of what is known from now on. */
  close (): void {
    this.#isClosed = true
    this.availability.close()
    for (const entry of this.#registry.of('health')) close(entry)
  }

  report (question: ReportRequest): MaybePromise<Report> {
    return this.#reporter.report(question)
  }

  /** Makes a report with and without what is to be left out, of the same runs. */
  reportBothWays (question: ReportRequest, exclude: ReadonlySet<string>): BothWays {
    return this.#reporter.reportBothWays(question, exclude)
  }

  component (name: string, peer: boolean): MaybePromise<Component | undefined> {
    return this.#reporter.component(name, peer)
  }

  #giveWay (name: string): void {
    if (this.#automatic.has(name)) this.remove(name)
  }

  #addNew (kinds: readonly Kind[], name: string, checkFunction: CheckFunction, options: CheckOptions): void {
    const entry: LocalEntry = new LocalEntry(this.#check(name, checkFunction, options, () => entry.kinds), kinds)
    this.#put(entry)
  }

  #extend (present: Entry, kinds: readonly Kind[], checkFunction: CheckFunction, options: CheckOptions): void {
    assertSame(present, checkFunction, options)
    this.#registry.extend(present, kinds)
    this.#begin(present)
  }

  #put (entry: Entry): void {
    this.#registry.add(entry)
    if (this.#isClosed) close(entry)
    else this.#begin(entry)
  }

  #begin (entry: Entry): void {
    if (!this.#isRunning) return
    for (const check of entry.checks) if (!this.#startup.isOver(entry, check)) check.start()
  }

  #check (name: string, checkFunction: CheckFunction, options: CheckOptions, kinds: () => Iterable<Kind>): Check {
    const { clock, fastify: { log } } = this.#surroundings
    return new Check(name, checkFunction, policyOf(options, this.#defaults), { clock, log: log.child({ check: name }), observer: this.#events.of(kinds) })
  }
}

function close (entry: Entry): void {
  for (const check of entry.checks) check.close()
}

/** The same function under the same name is the same check; any other would take the place of one that somebody counts on. */
function assertSame (present: Entry, checkFunction: CheckFunction, options: CheckOptions): asserts present is LocalEntry {
  if (!(present instanceof LocalEntry) || present.check.checkFunction !== checkFunction) {
    throw new errors.NameTaken('check', present.name, 'give this check another name, or remove the other one first')
  }
  const { policy } = present.check
  const asked = policyOf(options, policy)
  const option = (Object.keys(asked) as (keyof CheckPolicy)[]).find((option) => asked[option] !== policy[option])
  if (option === undefined) return
  const unit = /Threshold|Status/.test(option) ? '' : ' ms'
  throw new errors.NameTaken('check', present.name, `the same function is there with another ${option} (${policy[option] ?? 'none'}${unit}, not ${String(asked[option])})`)
}
