import type { FastifyInstance } from 'fastify'
import { checkFunctionOf } from './behaviours.js'
import { CATALOGUE, LIFECYCLE, LIFECYCLE_REASON } from './catalogue.js'
import type { Spec } from './catalogue.js'
import { Ledger, Tenure } from './ledger.js'
import { Observer } from './observer.js'
import { Switchboard } from './switchboard.js'
import type { Violations } from './violations.js'

/** The checks that an app has at the moment. */
export class Residents {
  readonly ledger: Ledger
  readonly observer: Observer
  readonly #app: FastifyInstance
  readonly #switchboard = new Switchboard()
  readonly #tenures = new Map<string, Tenure>()

  constructor (app: FastifyInstance, violations: Violations) {
    this.#app = app
    this.ledger = new Ledger(violations)
    this.observer = new Observer((name) => this.#tenures.get(name), violations)
  }

  addAll (): void {
    for (const spec of CATALOGUE) if (!this.has(spec)) this.add(spec)
  }

  has ({ name }: Spec): boolean {
    return this.#tenures.has(name)
  }

  /** Adds a check, under its first kind and then under each other, as several plugins may do. */
  add (spec: Spec): void {
    const tenure = new Tenure(spec, this.ledger)
    this.#tenures.set(spec.name, tenure)
    const checkFunction = checkFunctionOf(tenure, this.#switchboard)
    for (const kind of spec.kinds) this.#app.management.addCheck(kind, spec.name, checkFunction, spec.options)
  }

  remove ({ name }: Spec): void {
    if (!this.#app.management.removeCheck(name)) this.ledger.violations.add('removal', `there is no check ${name} to remove`)
    this.#tenures.get(name)?.end()
    this.#tenures.delete(name)
  }

  turn (name: string, isBroken: boolean): void {
    if (name !== LIFECYCLE) this.#switchboard.turn(name, isBroken)
    else if (isBroken) this.#app.management.takeOutOfService(LIFECYCLE_REASON)
    else this.#app.management.putInService()
  }

  /** The app has been closed. */
  end (): void {
    for (const tenure of this.#tenures.values()) tenure.end()
  }

  /** How often the checks were called that are for startup only. */
  get startupCalls (): number {
    const calls = [...this.#tenures.values()].filter(({ spec: { kinds } }) => kinds.every((kind) => kind === 'startup')).map(({ calls }) => calls)
    return calls.reduce((sum, count) => sum + count, 0)
  }
}
