import type { FastifyInstance } from 'fastify'
import { TRANSIENTS } from './catalogue.js'
import { assertSome } from './chance.js'
import type { Chance } from './chance.js'
import type { PresentChecks } from './present-checks.js'
import type { Violations } from './violations.js'

const EVERY_MS = 12

/** Removes checks and adds them again while probes are under way, and requests reports without HTTP. */
export class CheckToggler {
  count = 0
  readonly #app: FastifyInstance
  readonly #checks: PresentChecks
  readonly #chance: Chance
  readonly #violations: Violations
  #timer: NodeJS.Timeout | undefined

  constructor (app: FastifyInstance, checks: PresentChecks, chance: Chance, violations: Violations) {
    this.#app = app
    this.#checks = checks
    this.#chance = chance
    this.#violations = violations
  }

  start (): void {
    this.#timer ??= setInterval(() => this.#toggle(), EVERY_MS).unref()
  }

  /** Stops, and adds all removed checks again. */
  stop (): void {
    clearInterval(this.#timer)
    this.#timer = undefined
    this.#checks.addAll()
  }

  #toggle (): void {
    this.count += 1
    assertSome(TRANSIENTS, 'transient checks')
    const spec = this.#chance.pick(TRANSIENTS)
    if (this.#checks.has(spec)) this.#checks.remove(spec)
    else this.#checks.add(spec)
    if (this.count % 4 === 0) void this.#judgeSteady()
  }

  async #judgeSteady (): Promise<void> {
    const { status, components } = await this.#app.management.health('steady')
    if (status === 'UP') return
    this.#violations.add('wrong answer', `health('steady') is ${status}: ${JSON.stringify(components)}`)
  }
}
