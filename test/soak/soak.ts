import { setTimeout as sleep } from 'node:timers/promises'
import { CATALOGUE } from './catalogue.js'
import { Chance } from './chance.js'
import { Client } from './client.js'
import { Judge } from './expectations.js'
import { KnownStates } from './known-states.js'
import { Load } from './load.js'
import { LoopWatch } from './loop-watch.js'
import { ofCheck, ofKind } from './probes.js'
import type { Probe } from './probes.js'
import type { Closed, Measurement } from './protocol.js'
import { ServerProcess } from './server-process.js'
import type { Ending } from './server-process.js'
import { Switcher } from './switcher.js'
import { Violations } from './violations.js'

export interface SoakOptions {
  readonly probes: number
  /** The hard bound of all of it. */
  readonly seconds: number
  readonly seed: number
}

/** How the app was closed while checks hung. */
export interface Closing extends Closed {
  /** Probes under way that were answered, and those whose connection was closed. */
  readonly answered: number
  readonly cutOff: number
  readonly exitMs: number
  readonly ending: Ending
}

/** All that a soak comes to. */
export interface Outcome {
  readonly load: Load
  readonly measurements: readonly Measurement[]
  /** How often the startup checks had been called, at each measurement after startup was over. */
  readonly startupCalls: readonly number[]
  /** `undefined` where it did not come to that. */
  readonly closing: Closing | undefined
  readonly violations: Violations
  readonly decided: number
  readonly turns: number
  readonly worstLagMs: number
}

/** The first stretch warms up, and after each there is a measurement. */
const STRETCHES = 10

/** Kept of the time for closing at the end. */
const CLOSE_MS = 5_000
const SHORTEST_STRETCH_MS = 500

/** Soaks an app: load and measurements in turn, and then its end. */
export async function soak (options: SoakOptions): Promise<Outcome> {
  const deadline = performance.now() + options.seconds * 1_000
  const server = new ServerProcess(options.seed)
  const watchdog = setTimeout(() => server.kill(), options.seconds * 1_000)
  try {
    return await new Soak(server, await server.address, options).run(deadline - CLOSE_MS)
  } finally {
    clearTimeout(watchdog)
    server.kill()
  }
}

class Soak {
  readonly #server: ServerProcess
  readonly #address: string
  readonly #options: SoakOptions
  readonly #violations = new Violations()
  readonly #watch = new LoopWatch()
  readonly #states = new KnownStates()
  readonly #startupCalls: number[] = []
  readonly #judge: Judge
  readonly #load: Load
  readonly #switcher: Switcher
  /** How long it took to mend and to measure after a stretch. */
  #pauseMs = 2_000

  constructor (server: ServerProcess, address: string, options: SoakOptions) {
    const chance = new Chance(options.seed)
    const [violations, states] = [this.#violations, this.#states]
    this.#server = server
    this.#address = address
    this.#options = options
    this.#judge = new Judge(states)
    this.#load = new Load({ address, chance, judge: this.#judge, states, violations })
    this.#switcher = new Switcher({ server, address, load: this.#load, states, chance: new Chance(options.seed + 1) })
    void server.ending.then(() => this.#load.stop())
  }

  /** Whatever becomes of the process, what was seen until then is given. */
  async run (deadline: number): Promise<Outcome> {
    const measurements: Measurement[] = []
    let closing: Closing | undefined
    try {
      for (let stretch = 1; stretch <= STRETCHES; stretch += 1) {
        await this.#server.tell({ do: 'trace', isOn: stretch % 2 === 0 })
        await this.#send(Math.ceil(this.#options.probes * stretch / STRETCHES), this.#endOf(stretch, deadline))
        const pausedAt = performance.now()
        await this.#pause()
        measurements.push(await this.#measure())
        this.#pauseMs = performance.now() - pausedAt
      }
      closing = await this.#close()
    } catch (error) {
      this.#violations.add('process', String(error))
    }
    return {
      load: this.#load,
      measurements,
      startupCalls: this.#startupCalls,
      closing,
      violations: this.#violations,
      decided: this.#judge.decided,
      turns: this.#switcher.turns,
      worstLagMs: this.#watch.worstMs
    }
  }

  /** Shares what is left of the time among the stretches that are left. */
  #endOf (stretch: number, deadline: number): number {
    const now = performance.now()
    return now + Math.max(SHORTEST_STRETCH_MS, (deadline - now) / (STRETCHES - stretch + 1) - this.#pauseMs)
  }

  async #send (count: number, deadline: number): Promise<void> {
    this.#watch.start()
    await this.#server.tell({ do: 'stir', isOn: true })
    this.#switcher.start()
    await this.#load.run({ count, deadline })
  }

  /** Mends what is broken, and puts every check in its place. */
  async #pause (): Promise<void> {
    await this.#switcher.stop()
    await this.#server.tell({ do: 'stir', isOn: false })
    this.#watch.stop()
  }

  async #measure (): Promise<Measurement> {
    const measurement = await this.#server.tell({ do: 'measure' })
    this.#violations.addAll(measurement.violations)
    if (this.#states.passes('warms-up')) this.#startupCalls.push(measurement.startupCalls)
    this.#load.judgeLate([...measurement.lags, ...this.#watch.takeLags()])
    return measurement
  }

  /** Closes the app while probes wait for checks that hang. */
  async #close (): Promise<Closing> {
    const client = new Client(this.#address, { keepAlive: true, connections: 32 })
    await Promise.all(hanging().map(async (probe) => await this.#load.fire(client, probe)))
    await this.#server.tell({ do: 'switch', name: 'switch-hang', isBroken: true })
    await this.#server.tell({ do: 'switch', name: 'switch-stuck', isBroken: true })
    const underWay = Promise.allSettled(hanging().map(async (probe) => await client.send(probe)))
    await sleep(30)
    const closed = await this.#server.tell({ do: 'close' })
    const closedAt = performance.now()
    const ending = await this.#server.ending
    const exitMs = performance.now() - closedAt
    const outcomes = await underWay
    client.close()
    this.#violations.addAll(closed.violations)
    const answered = outcomes.filter(({ status }) => status === 'fulfilled').length
    return { ...closed, exitMs, ending, answered, cutOff: outcomes.length - answered }
  }
}

/** Probes that wait while something hangs, and some that do not. */
function hanging (): readonly Probe[] {
  const names = CATALOGUE.filter(({ sort }) => sort === 'switch-hang' || sort === 'switch-stuck' || sort === 'late-pass').map((spec) => ofCheck(spec, {}))
  return [...names, ...['stuck', 'late', 'health', 'liveness'].map((kind) => ofKind(kind, { isVerbose: true }))]
}
