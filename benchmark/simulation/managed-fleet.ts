import Fastify from 'fastify'
import type { CheckFunction } from '../../lib/health/check/check-function.js'
import { HealthEngine } from '../../lib/health/engine.js'
import { Kinds } from '../../lib/health/kind.js'
import type { CheckOptions } from '../../lib/health/check/options.js'
import { chain } from '../../lib/base/maybe-promise.js'
import { Chance } from '../../test/soak/chance.js'
import type { Fleet, Databases } from './fleet.js'
import type { VirtualTime } from './virtual-time.js'
import { NETWORK_MS, REPLICAS } from './world.js'
import type { World } from './world.js'

/** A service waits 720 ms for another service by default, and tells it so. 10 % of that is left for the network. */
const PEER_LIMIT_MS = 648

/**
 * Runs this package's engine in each replica, with the dependencies as `serviceDependencies` and
 * `cascade: ['readiness']`. Only the network and the time are simulated.
 */
export class ManagedFleet implements Fleet {
  readonly requests: number[]
  readonly queries: number[]
  readonly #engines: readonly (readonly HealthEngine[])[]
  readonly #chance: Chance
  readonly #time: VirtualTime

  constructor ({ seed, dependencies }: World, time: VirtualTime, databases: Databases, defaults: CheckOptions = {}) {
    this.requests = dependencies.map(() => 0)
    this.queries = dependencies.map(() => 0)
    this.#chance = new Chance(seed + 1)
    this.#time = time
    const fastify = Fastify()
    const newEngine = (): HealthEngine => new HealthEngine(new Kinds(), {
      log: fastify.log,
      owner: fastify,
      clock: time.clock(() => this.#chance.next()),
      defaults,
      isServing: () => true
    })
    this.#engines = dependencies.map((dependencies, service) => Array.from({ length: REPLICAS }, () => {
      const engine = newEngine()
      engine.add(['readiness'], 'db', this.#query(service, databases), {})
      for (const dependency of dependencies) this.#depend(engine, dependency)
      engine.start()
      return engine
    }))
  }

  probe (service: number, replica: number, answered: (isUp: boolean) => void): void {
    this.#request(service, replica, false, answered)
  }

  #query (service: number, { queryMs }: Databases): CheckFunction {
    return async () => await new Promise((resolve) => {
      this.queries[service] = (this.queries[service] ?? 0) + 1
      this.#time.after(queryMs(service), () => resolve(undefined))
    })
  }

  #depend (engine: HealthEngine, dependency: number): void {
    const request: CheckFunction = async () => await new Promise((resolve) => {
      const replica = this.#chance.below(REPLICAS)
      this.#request(dependency, replica, true, (isUp) => resolve({ status: isUp ? 'UP' : 'DOWN' }))
    })
    engine.addRemote(`service-${dependency}`, request, new Map([['readiness', request]]), {})
  }

  #request (service: number, replica: number, peer: boolean, answered: (isUp: boolean) => void): void {
    this.#time.after(NETWORK_MS, () => {
      this.requests[service] = (this.requests[service] ?? 0) + 1
      const engine = this.#engines[service]?.[replica]
      if (engine === undefined) throw new RangeError(`there is no replica ${replica} of service ${service}`)
      const timeLimitMs = peer ? PEER_LIMIT_MS : undefined
      void chain(engine.report({ kind: 'readiness', peer, timeLimitMs }), ({ status }) => {
        this.#time.after(NETWORK_MS, () => answered(status === 'UP'))
      })
    })
  }
}
