import type { FastifyInstance } from 'fastify'
import { TRANSIENTS } from './catalogue.js'
import { assertSome } from './chance.js'
import type { Chance } from './chance.js'
import type { Residents } from './residents.js'
import type { Violations } from './violations.js'

const EVERY_MS = 12

/** Removes checks and adds them again while probes are under way, and asks for reports without HTTP. */
export class Stirrer {
  count = 0
  readonly #app: FastifyInstance
  readonly #residents: Residents
  readonly #chance: Chance
  readonly #violations: Violations
  #timer: NodeJS.Timeout | undefined

  constructor (app: FastifyInstance, residents: Residents, chance: Chance, violations: Violations) {
    this.#app = app
    this.#residents = residents
    this.#chance = chance
    this.#violations = violations
  }

  start (): void {
    this.#timer ??= setInterval(() => this.#stir(), EVERY_MS).unref()
  }

  /** Leaves every check in its place. */
  stop (): void {
    clearInterval(this.#timer)
    this.#timer = undefined
    this.#residents.addAll()
  }

  #stir (): void {
    this.count += 1
    assertSome(TRANSIENTS, 'checks that come and go')
    const spec = this.#chance.pick(TRANSIENTS)
    if (this.#residents.has(spec)) this.#residents.remove(spec)
    else this.#residents.add(spec)
    if (this.count % 4 === 0) void this.#ask()
  }

  async #ask (): Promise<void> {
    const { status, components } = await this.#app.management.health('steady')
    if (status !== 'UP') this.#violations.add('wrong answer', `health('steady') gives ${status}: ${JSON.stringify(components)}`)
  }
}
