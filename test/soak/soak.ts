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
  /** The time limit of the whole soak test. */
  readonly seconds: number
  readonly seed: number
}

/** The result of closing the app while checks hang. */
export interface Closing extends Closed {
  /** The number of probes under way that were still answered. */
  readonly answered: number
  /** The number of probes under way whose connection was closed. */
  readonly cutOff: number
  readonly exitMs: number
  readonly ending: Ending
}

/** The result of a soak test. */
export interface Outcome {
  readonly load: Load
  readonly measurements: readonly Measurement[]
  /** The number of calls of startup checks, at each measurement after startup had completed. */
  readonly startupCalls: readonly number[]
  /** `undefined` if the test failed before the close. */
  readonly closing: Closing | undefined
  readonly violations: Violations
  readonly decided: number
  readonly turns: number
  readonly worstLagMs: number
}

/** The number of stretches of load. A measurement follows each stretch, and the first stretch warms up. */
const STRETCHES = 10

/** The time reserved for the close at the end. */
const CLOSE_MS = 5_000
const SHORTEST_STRETCH_MS = 500

/** Alternates load and measurements, and then closes the app. */
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
  /** The duration of the last pause for mending and measuring. */
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

  /** Runs the test. If the process fails, resolves to the measurements so far. */
  async run (deadline: number): Promise<Outcome> {
    const measurements: Measurement[] = []
    let closing: Closing | undefined
    try {
      await this.#completeStartup()
      for (let stretch = 1; stretch <= STRETCHES; stretch += 1) {
        await this.#server.send({ do: 'trace', isOn: stretch % 2 === 0 })
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

  /** Startup gates readiness, so the load begins after startup has completed. */
  async #completeStartup (): Promise<void> {
    const client = new Client(this.#address, { keepAlive: true, connections: 1 })
    while (!this.#states.passes('warms-up')) await this.#load.fire(client, ofKind('startup', {}))
    client.close()
  }

  /** Divides the remaining time equally among the remaining stretches. */
  #endOf (stretch: number, deadline: number): number {
    const now = performance.now()
    return now + Math.max(SHORTEST_STRETCH_MS, (deadline - now) / (STRETCHES - stretch + 1) - this.#pauseMs)
  }

  async #send (count: number, deadline: number): Promise<void> {
    this.#watch.start()
    await this.#server.send({ do: 'toggle', isOn: true })
    this.#switcher.start()
    await this.#load.run({ count, deadline })
  }

  /** Mends all broken checks, and adds all removed checks again. */
  async #pause (): Promise<void> {
    await this.#switcher.stop()
    await this.#server.send({ do: 'toggle', isOn: false })
    this.#watch.stop()
  }

  async #measure (): Promise<Measurement> {
    const measurement = await this.#server.send({ do: 'measure' })
    this.#violations.addAll(measurement.violations)
    if (this.#states.passes('warms-up')) this.#startupCalls.push(measurement.startupCalls)
    this.#load.judgeLate([...measurement.lags, ...this.#watch.takeLags()])
    return measurement
  }

  /** Closes the app while probes wait for checks that hang. */
  async #close (): Promise<Closing> {
    const client = new Client(this.#address, { keepAlive: true, connections: 32 })
    await Promise.all(hangingProbes().map(async (probe) => await this.#load.fire(client, probe)))
    await this.#server.send({ do: 'switch', name: 'switch-hang', isBroken: true })
    await this.#server.send({ do: 'switch', name: 'switch-stuck', isBroken: true })
    const underWay = Promise.allSettled(hangingProbes().map(async (probe) => await client.send(probe)))
    await sleep(30)
    const closed = await this.#server.send({ do: 'close' })
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

/** Returns probes that wait for hanging checks, and some that do not. */
function hangingProbes (): readonly Probe[] {
  const hanging = CATALOGUE.filter(({ sort }) => ['switch-hang', 'switch-stuck', 'late-pass'].includes(sort))
  const names = hanging.map((spec) => ofCheck(spec, {}))
  return [...names, ...['stuck', 'late', 'health', 'liveness'].map((kind) => ofKind(kind, { isVerbose: true }))]
}
