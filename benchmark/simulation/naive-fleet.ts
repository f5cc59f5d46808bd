import { Chance } from '../../test/soak/chance.js'
import type { Fleet, Surroundings } from './fleet.js'
import type { VirtualTime } from './virtual-time.js'
import { NETWORK_MS, REPLICAS } from './world.js'
import type { World } from './world.js'

/** How long a replica works for a request, in milliseconds: it serves 100 in a second. */
const WORK_MS = 10
/** How many requests wait for a replica at most, a second of work; more are refused. */
const BACKLOG = 100
/** When whoever asks gives up, in milliseconds. Not all of them do, in the wild. */
const PATIENCE_MS = 800

/**
 * What is found where nobody has thought of it: for each probe a replica queries its database, and asks each dependency for the
 * same, which does so too.
 */
export class NaiveFleet implements Fleet {
  readonly requests: number[]
  readonly queries: number[]
  readonly #dependencies: World['dependencies']
  /** By replica, until when it works on what it has. */
  readonly #busyUntil: number[]
  readonly #chance: Chance
  readonly #time: VirtualTime
  readonly #surroundings: Surroundings

  constructor ({ seed, dependencies }: World, time: VirtualTime, surroundings: Surroundings) {
    this.requests = dependencies.map(() => 0)
    this.queries = dependencies.map(() => 0)
    this.#dependencies = dependencies
    this.#busyUntil = Array.from({ length: dependencies.length * REPLICAS }, () => 0)
    this.#chance = new Chance(seed + 1)
    this.#time = time
    this.#surroundings = surroundings
  }

  probe (service: number, replica: number, answered: (isUp: boolean) => void): void {
    this.#time.after(NETWORK_MS, () => this.#receive(service, replica, (isUp) => { this.#time.after(NETWORK_MS, () => answered(isUp)) }))
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
    this.#time.after(free - now, () => this.#look(service, answered))
  }

  #look (service: number, answered: (isUp: boolean) => void): void {
    this.queries[service] = (this.queries[service] ?? 0) + 1
    const dependencies = this.#dependencies[service] ?? []
    const all = new All(1 + dependencies.length, answered)
    this.#time.after(this.#surroundings.queryMs(service), () => all.hear(true))
    for (const dependency of dependencies) this.#ask(dependency, all)
  }

  #ask (service: number, all: All): void {
    let isOver = false
    this.probe(service, this.#chance.below(REPLICAS), (isUp) => {
      if (!isOver) all.hear(isUp)
      isOver = true
    })
    this.#time.after(PATIENCE_MS, () => {
      if (!isOver) all.hear(false)
      isOver = true
    })
  }
}

/** Answers once all have been heard of: up where all of them are. */
class All {
  readonly #answered: (isUp: boolean) => void
  #open: number
  #isUp = true

  constructor (count: number, answered: (isUp: boolean) => void) {
    this.#open = count
    this.#answered = answered
  }

  hear (isUp: boolean): void {
    this.#isUp &&= isUp
    this.#open -= 1
    if (this.#open === 0) this.#answered(this.#isUp)
  }
}
