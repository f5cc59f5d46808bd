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

/** A check, or the lifecycle, that can be broken and mended. */
interface Switch {
  readonly name: string
  readonly good: Status
  readonly bad: Status
  readonly probe: Probe
  /** Waits until the old status may no longer be shown. */
  readonly settle: (isBroken: boolean) => Promise<void>
}

/** Extra time for a busy event loop. */
const SLACK_MS = 500

const LEAST_STAY_MS = 40
const MOST_STAY_MS = 250

/** The number of additional probes directly after a switch. */
const PROBES_AFTER = 3

export interface SwitcherDependencies {
  readonly server: ServerProcess
  readonly address: string
  readonly load: Load
  readonly states: KnownStates
  readonly chance: Chance
}

/** Breaks and mends checks, one after the other, while probes are under way. */
export class Switcher {
  turns = 0
  readonly #dependencies: SwitcherDependencies
  readonly #client: Client
  readonly #switches: readonly Switch[]
  readonly #broken = new Set<string>()
  #isOn = false
  #work: Promise<void> = Promise.resolve()

  constructor (dependencies: SwitcherDependencies) {
    this.#dependencies = dependencies
    this.#client = new Client(dependencies.address, { keepAlive: false, connections: 1 })
    const lifecycle: Switch = {
      name: LIFECYCLE,
      good: 'UP',
      bad: 'OUT_OF_SERVICE',
      probe: ofKind('readiness', { isVerbose: true }),
      settle: () => Promise.resolve()
    }
    const checks = SWITCHES.map((spec): Switch => ({
      name: spec.name,
      good: 'UP',
      bad: 'DOWN',
      probe: ofCheck(spec, {}),
      settle: (isBroken) => this.#settle(spec, isBroken)
    }))
    this.#switches = [lifecycle, ...checks]
  }

  start (): void {
    this.#isOn = true
    this.#work = this.#run()
    // stop() awaits the same promise and reports its error.
    this.#work.catch(() => undefined)
  }

  /** Stops, and mends all broken checks. */
  async stop (): Promise<void> {
    this.#isOn = false
    await this.#work
    for (const each of this.#switches) if (this.#broken.has(each.name)) await this.#turn(each, false)
  }

  async #turn ({ name, good, bad, probe, settle }: Switch, isBroken: boolean): Promise<void> {
    const { server, states } = this.#dependencies
    this.turns += 1
    states.allow(name, [good, bad])
    await server.send({ do: 'switch', name, isBroken })
    await settle(isBroken)
    states.allow(name, [isBroken ? bad : good])
    if (isBroken) this.#broken.add(name)
    else this.#broken.delete(name)
    await this.#fire(probe, PROBES_AFTER)
  }

  async #run (): Promise<void> {
    const { chance } = this.#dependencies
    assertSome(this.#switches, 'switches')
    while (this.#isOn) {
      const picked = chance.pick(this.#switches)
      await this.#turn(picked, !this.#broken.has(picked.name))
      await sleep(LEAST_STAY_MS + chance.next() * (MOST_STAY_MS - LEAST_STAY_MS))
    }
  }

  async #settle (spec: Spec, isBroken: boolean): Promise<void> {
    const { ttl = 0, interval = 0, failureThreshold = 1, successThreshold = 1 } = spec.options
    const staysMs = interval > 0 ? 2 * interval + spec.timeoutMs : ttl
    if (staysMs > 0) await sleep(staysMs + 2)
    // An endless call times out first, and then the back-off passes.
    if (spec.sort === 'switch-stuck' && !isBroken) await sleep(spec.timeoutMs + maxBackoffOf(spec) + SLACK_MS)
    const threshold = isBroken ? failureThreshold : successThreshold
    if (threshold > 1) await this.#fire(ofCheck(spec, {}), threshold)
  }

  /** Sends a number of probes one after the other. */
  async #fire (probe: Probe, count: number): Promise<void> {
    for (let sent = 0; sent < count; sent += 1) await this.#dependencies.load.fire(this.#client, probe)
  }
}
