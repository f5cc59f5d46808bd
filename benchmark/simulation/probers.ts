import { Chance } from '../../test/soak/chance.js'
import type { Fleet } from './fleet.js'
import type { VirtualTime } from './virtual-time.js'
import { REPLICAS } from './world.js'
import type { World } from './world.js'

/** How long whoever probes waits, in milliseconds: the kubelet's default. */
const TIMEOUT_MS = 1_000

/** Who probes each replica, and how often, in milliseconds: the kubelet with its default, and two load balancers. */
const PERIODS_MS = [10_000, 5_000, 5_000] as const

/** Probes every replica, and keeps what was seen last. */
export class Probers {
  readonly #isUp: (service: number) => boolean
  /** By service, what each of its probers has seen last; nothing before the first answer. */
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

  /** How many services are seen as what they are not, by one prober at least. */
  get wrong (): number {
    return this.#seen.filter((seen, service) => seen.some((wasUp) => wasUp !== undefined && wasUp !== this.#isUp(service))).length
  }

  #probe (time: VirtualTime, ask: (answered: (isUp: boolean) => void) => void, see: (isUp: boolean) => void): void {
    let isOver = false
    const once = (isUp: boolean): void => {
      if (isOver) return
      isOver = true
      see(isUp)
    }
    ask(once)
    time.after(TIMEOUT_MS, () => once(false))
  }
}
