import type { FastifyInstance } from 'fastify'
import { checkFunctionOf } from './behaviours.js'
import { CATALOGUE, LIFECYCLE, LIFECYCLE_REASON } from './catalogue.js'
import type { Spec } from './catalogue.js'
import { CallLedger, RegisteredCheck } from './call-ledger.js'
import { Observer } from './observer.js'
import { Switchboard } from './switchboard.js'
import type { Violations } from './violations.js'

/** The checks that the app has at the moment. */
export class PresentChecks {
  readonly ledger: CallLedger
  readonly observer: Observer
  readonly #app: FastifyInstance
  readonly #switchboard = new Switchboard()
  readonly #registered = new Map<string, RegisteredCheck>()

  constructor (app: FastifyInstance, violations: Violations) {
    this.#app = app
    this.ledger = new CallLedger(violations)
    this.observer = new Observer((name) => this.#registered.get(name), violations)
  }

  addAll (): void {
    for (const spec of CATALOGUE) if (!this.has(spec)) this.add(spec)
  }

  has ({ name }: Spec): boolean {
    return this.#registered.has(name)
  }

  /** Adds a check once for each of its kinds, as several plugins may do. */
  add (spec: Spec): void {
    const registered = new RegisteredCheck(spec, this.ledger)
    this.#registered.set(spec.name, registered)
    const checkFunction = checkFunctionOf(registered, this.#switchboard)
    for (const kind of spec.kinds) this.#app.management.addCheck(kind, spec.name, checkFunction, spec.options)
  }

  remove ({ name }: Spec): void {
    if (!this.#app.management.removeCheck(name)) {
      this.ledger.violations.add('removal', `there is no check ${name} to remove`)
    }
    this.#registered.get(name)?.end()
    this.#registered.delete(name)
  }

  turn (name: string, isBroken: boolean): void {
    if (name !== LIFECYCLE) this.#switchboard.turn(name, isBroken)
    else if (isBroken) this.#app.management.takeOutOfService(LIFECYCLE_REASON)
    else this.#app.management.putInService()
  }

  /** Records the close of the app. */
  end (): void {
    for (const registered of this.#registered.values()) registered.end()
  }

  /** The number of calls of all checks that are for startup only. */
  get startupCalls (): number {
    const calls = [...this.#registered.values()].filter(({ spec: { kinds } }) => kinds.every(
      (kind) => kind === 'startup'
    )).map(({ calls }) => calls)
    return calls.reduce((sum, count) => sum + count, 0)
  }
}
