import type { FastifyBaseLogger } from 'fastify'
import type { Clock } from '../clock.js'
import { errors } from '../errors.js'
import { assertFunction } from '../rules.js'
import { Check, DEFAULT_TIMEOUT_MS } from './check.js'
import type { CheckFunction, CheckOptions, StatusChange } from './check.js'
import type { Component, Health } from './component.js'
import type { Kind, Kinds } from './kind.js'
import { LocalEntry, Registry, RemoteEntry } from './registry.js'
import type { Entry } from './registry.js'
import { Reporter } from './report.js'
import type { Question } from './report.js'
import { Startup } from './startup.js'

/** The checks of one instance and the reports made of them. Knows nothing of HTTP. */
export class HealthEngine {
  readonly kinds: Kinds
  readonly #registry = new Registry()
  readonly #startup = new Startup()
  readonly #reporter: Reporter
  readonly #log: FastifyBaseLogger
  readonly #clock: Clock

  constructor (kinds: Kinds, log: FastifyBaseLogger, clock: Clock) {
    this.kinds = kinds
    this.#log = log
    this.#clock = clock
    this.#reporter = new Reporter(this.#registry, this.#startup, clock)
  }

  /** Adds a check under a name that is free, or kinds to the check that has it. */
  add (kinds: readonly unknown[], name: unknown, checkFunction: unknown, options: CheckOptions): void {
    this.kinds.assertKnown(kinds)
    this.kinds.assertCheckName(name)
    assertFunction('check', name, checkFunction)
    if (this.#startup.completed && kinds.includes('startup')) throw new errors.StartupCompleted(name)
    const present = this.#registry.get(name)
    if (present === undefined) this.#addNew(kinds, name, checkFunction, options)
    else join(present, kinds, checkFunction, options)
  }

  /** Adds another service's health: how to ask for all of it, and for each kind that cascades. */
  addRemote (name: string, ask: CheckFunction, askFor: ReadonlyMap<Kind, CheckFunction>, options: CheckOptions): void {
    this.kinds.assertCheckName(name)
    const byKind = new Map([...askFor].map(([kind, ask]) => [kind, this.#check(name, ask, options, () => [kind])]))
    this.#registry.add(new RemoteEntry(this.#check(name, ask, options, () => ['health']), byKind))
  }

  remove (name: string): boolean {
    return this.#registry.remove(name)
  }

  async report (question: Question): Promise<Health> {
    return await this.#reporter.report(question)
  }

  async component (name: string, peer: boolean): Promise<Component | undefined> {
    return await this.#reporter.component(name, peer)
  }

  #addNew (kinds: readonly Kind[], name: string, checkFunction: CheckFunction, options: CheckOptions): void {
    const check = this.#check(name, checkFunction, options, () => this.#registry.get(name)?.kinds ?? kinds)
    this.#registry.add(new LocalEntry(check, kinds))
  }

  #check (name: string, checkFunction: CheckFunction, options: CheckOptions, kinds: () => Iterable<Kind>): Check {
    return new Check(name, checkFunction, options.timeout ?? DEFAULT_TIMEOUT_MS, {
      clock: this.#clock,
      log: this.#log.child({ check: name }),
      onChange: (change) => this.#logChange(change, kinds())
    })
  }

  #logChange (change: StatusChange, kinds: Iterable<Kind>): void {
    const message = `check "${change.check}" is ${change.to}`
    if (change.to === 'UP') this.#log.info({ ...change, kinds: [...kinds] }, message)
    else this.#log.warn({ ...change, kinds: [...kinds] }, message)
  }
}

function join (present: Entry, kinds: readonly Kind[], checkFunction: CheckFunction, options: CheckOptions): void {
  assertSame(present, checkFunction, options)
  for (const kind of kinds) present.kinds.add(kind)
}

/** The same function under the same name is the same check; any other would take the place of one that somebody counts on. */
function assertSame (present: Entry, checkFunction: CheckFunction, { timeout }: CheckOptions): asserts present is LocalEntry {
  if (!(present instanceof LocalEntry) || present.check.checkFunction !== checkFunction) {
    throw new errors.NameTaken('check', present.name, 'give this check another name, or remove the other one first')
  }
  if (timeout === undefined || timeout === present.check.timeout) return
  throw new errors.NameTaken('check', present.name, `the same function is there with another timeout (${present.check.timeout} ms, not ${timeout})`)
}
