import { Chance } from '../../test/soak/chance.js'
import type { Fleet } from './fleet.js'
import type { VirtualTime } from './virtual-time.js'
import { REPLICAS } from './world.js'
import type { World } from './world.js'

/** The timeout of a probe, in milliseconds: the kubelet's default. */
const TIMEOUT_MS = 1_000

/** The periods of the probers of each replica, in milliseconds: a kubelet with its default, and two load balancers. */
const PERIODS_MS = [10_000, 5_000, 5_000] as const

/** Probes every replica, and keeps the last result of each prober. */
export class Probers {
  readonly #isUp: (service: number) => boolean
  /** The last result of each prober, by service; `undefined` before the first answer. */
  readonly #seen: readonly (boolean | undefined)[][]

  constructor ({ seed, dependencies }: World, time: VirtualTime, fleet: Fleet, isUp: (service: number) => boolean) {
    const chance = new Chance(seed + 2)
    this.#isUp = isUp
    this.#seen = dependencies.map((_, service) => {
      const seen: (boolean | undefined)[] = []
      for (let replica = 0; replica < REPLICAS; replica++) {
        for (const periodMs of PERIODS_MS) {
          const nth = seen.push(undefined) - 1
          const probe = (): void => {
            this.#probe(time, (answered) => fleet.probe(service, replica, answered), (wasUp) => { seen[nth] = wasUp })
            time.after(periodMs, probe)
          }
          time.after(chance.below(periodMs), probe)
        }
      }
      return seen
    })
  }

  /** The number of services with a wrong status at one or more probers. */
  get wrong (): number {
    const isWrong = (wasUp: boolean | undefined, service: number): boolean => {
      return wasUp !== undefined && wasUp !== this.#isUp(service)
    }
    return this.#seen.filter((seen, service) => seen.some((wasUp) => isWrong(wasUp, service))).length
  }

  #probe (time: VirtualTime, send: (answered: (isUp: boolean) => void) => void, see: (isUp: boolean) => void): void {
    let isOver = false
    const once = (isUp: boolean): void => {
      if (isOver) return
      isOver = true
      see(isUp)
    }
    send(once)
    time.after(TIMEOUT_MS, () => once(false))
  }
}
