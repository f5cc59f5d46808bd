import { Chance } from '../../test/soak/chance.js'
import type { Fleet, Databases } from './fleet.js'
import type { VirtualTime } from './virtual-time.js'
import { NETWORK_MS, REPLICAS } from './world.js'
import type { World } from './world.js'

/** The work of a replica per request, in milliseconds: it serves 100 requests per second. */
const WORK_MS = 10
/** The most requests that wait for a replica: one second of work. It refuses more. */
const BACKLOG = 100
/** The timeout of a request to a dependency, in milliseconds. In practice, not every client has a timeout. */
const PATIENCE_MS = 800

/**
 * A naive design: for each probe, a replica queries its database and requests the readiness of each dependency, which
 * does the same.
 */
export class NaiveFleet implements Fleet {
  readonly requests: number[]
  readonly queries: number[]
  readonly #dependencies: World['dependencies']
  /** The time at which each replica has finished its accepted requests. */
  readonly #busyUntil: number[]
  readonly #chance: Chance
  readonly #time: VirtualTime
  readonly #databases: Databases

  constructor ({ seed, dependencies }: World, time: VirtualTime, databases: Databases) {
    this.requests = dependencies.map(() => 0)
    this.queries = dependencies.map(() => 0)
    this.#dependencies = dependencies
    this.#busyUntil = Array.from({ length: dependencies.length * REPLICAS }, () => 0)
    this.#chance = new Chance(seed + 1)
    this.#time = time
    this.#databases = databases
  }

  probe (service: number, replica: number, answered: (isUp: boolean) => void): void {
    const sendAnswer = (isUp: boolean): void => { this.#time.after(NETWORK_MS, () => answered(isUp)) }
    this.#time.after(NETWORK_MS, () => this.#receive(service, replica, sendAnswer))
  }

  #receive (service: number, replica: number, answered: (isUp: boolean) => void): void {
    this.requests[service] = (this.requests[service] ?? 0) + 1
    const at = service * REPLICAS + replica
    const { now } = this.#time
    const free = Math.max(now, this.#busyUntil[at] ?? 0) + WORK_MS
    if (free > now + BACKLOG * WORK_MS) {
      answered(false)
      return
    }
    this.#busyUntil[at] = free
    this.#time.after(free - now, () => this.#runChecks(service, answered))
  }

  #runChecks (service: number, answered: (isUp: boolean) => void): void {
    this.queries[service] = (this.queries[service] ?? 0) + 1
    const dependencies = this.#dependencies[service] ?? []
    const all = new All(1 + dependencies.length, answered)
    this.#time.after(this.#databases.queryMs(service), () => all.add(true))
    for (const dependency of dependencies) this.#request(dependency, all)
  }

  #request (service: number, all: All): void {
    let isOver = false
    this.probe(service, this.#chance.below(REPLICAS), (isUp) => {
      if (!isOver) all.add(isUp)
      isOver = true
    })
    this.#time.after(PATIENCE_MS, () => {
      if (!isOver) all.add(false)
      isOver = true
    })
  }
}

/** Collects a number of results, and then answers: up if all results are up. */
class All {
  readonly #answered: (isUp: boolean) => void
  #open: number
  #isUp = true

  constructor (count: number, answered: (isUp: boolean) => void) {
    this.#open = count
    this.#answered = answered
  }

  add (isUp: boolean): void {
    this.#isUp &&= isUp
    this.#open -= 1
    if (this.#open === 0) this.#answered(this.#isUp)
  }
}
