import { setTimeout as sleep } from 'node:timers/promises'
import type { Status } from '../../lib/index.js'
import { LIFECYCLE, SWITCHES, maxBackoffOf } from './catalogue.js'
import type { Spec } from './catalogue.js'
import { assertSome } from './chance.js'
import type { Chance } from './chance.js'
import { Client } from './client.js'
import type { KnownStates } from './known-states.js'
import type { Load } from './load.js'
import { ofCheck, ofKind } from './probes.js'
import type { Probe } from './probes.js'
import type { ServerProcess } from './server-process.js'

/** Something that can be broken and mended, and how long the old answer may stand after that. */
interface Switch {
  readonly name: string
  readonly good: Status
  readonly bad: Status
  readonly probe: Probe
  /** Waits until the old answer is wrong. */
  readonly settle: (isBroken: boolean) => Promise<void>
}

/** For what an event loop that is not free may be late with. */
const SLACK_MS = 500

const LEAST_STAY_MS = 40
const MOST_STAY_MS = 250

/** How many probes are sent at once after a switch, besides those that are under way anyway. */
const PROBES_AFTER = 3

export interface SwitcherSurroundings {
  readonly server: ServerProcess
  readonly address: string
  readonly load: Load
  readonly states: KnownStates
  readonly chance: Chance
}

/** Breaks and mends checks, one after the other, while probes are under way. */
export class Switcher {
  turns = 0
  readonly #surroundings: SwitcherSurroundings
  readonly #client: Client
  readonly #switches: readonly Switch[]
  readonly #broken = new Set<string>()
  #isOn = false
  #work: Promise<void> = Promise.resolve()

  constructor (surroundings: SwitcherSurroundings) {
    this.#surroundings = surroundings
    this.#client = new Client(surroundings.address, { keepAlive: false, connections: 1 })
    const lifecycle: Switch = { name: LIFECYCLE, good: 'UP', bad: 'OUT_OF_SERVICE', probe: ofKind('readiness', { isVerbose: true }), settle: () => Promise.resolve() }
    this.#switches = [lifecycle, ...SWITCHES.map((spec): Switch => ({ name: spec.name, good: 'UP', bad: 'DOWN', probe: ofCheck(spec, {}), settle: (isBroken) => this.#settle(spec, isBroken) }))]
  }

  start (): void {
    this.#isOn = true
    this.#work = this.#run()
    // Whoever stops it is told.
    this.#work.catch(() => undefined)
  }

  /** Ends, with everything mended. */
  async stop (): Promise<void> {
    this.#isOn = false
    await this.#work
    for (const one of this.#switches) if (this.#broken.has(one.name)) await this.#turn(one, false)
  }

  async #turn (one: Switch, isBroken: boolean): Promise<void> {
    const { server, states } = this.#surroundings
    const { name, good, bad, probe, settle } = one
    this.turns += 1
    states.allow(name, [good, bad])
    await server.tell({ do: 'switch', name, isBroken })
    await settle(isBroken)
    states.allow(name, [isBroken ? bad : good])
    if (isBroken) this.#broken.add(name)
    else this.#broken.delete(name)
    await this.#fire(probe, PROBES_AFTER)
  }

  async #run (): Promise<void> {
    const { chance } = this.#surroundings
    assertSome(this.#switches, 'switches')
    while (this.#isOn) {
      const one = chance.pick(this.#switches)
      await this.#turn(one, !this.#broken.has(one.name))
      await sleep(LEAST_STAY_MS + chance.next() * (MOST_STAY_MS - LEAST_STAY_MS))
    }
  }

  async #settle (spec: Spec, isBroken: boolean): Promise<void> {
    const { ttl = 0, interval = 0, failureThreshold = 1, successThreshold = 1 } = spec.options
    const staysMs = interval > 0 ? 2 * interval + spec.timeoutMs : ttl
    if (staysMs > 0) await sleep(staysMs + 2)
    // What hangs for ever is given up first, and then left alone for a while.
    if (spec.sort === 'switch-stuck' && !isBroken) await sleep(spec.timeoutMs + maxBackoffOf(spec) + SLACK_MS)
    const threshold = isBroken ? failureThreshold : successThreshold
    if (threshold > 1) await this.#fire(ofCheck(spec, {}), threshold)
  }

  /** One after the other. */
  async #fire (probe: Probe, count: number): Promise<void> {
    for (let sent = 0; sent < count; sent += 1) await this.#surroundings.load.fire(this.#client, probe)
  }
}
