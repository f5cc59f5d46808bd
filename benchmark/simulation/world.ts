import { Chance } from '../../test/soak/chance.js'

export const REPLICAS = 3

/** The simulated services and their dependencies. */
export interface World {
  readonly seed: number
  /** The dependencies of each service. */
  readonly dependencies: readonly (readonly number[])[]
  /** The service whose database becomes slow: a service with the most dependents. */
  readonly slow: number
}

/** Durations of simulated steps, in milliseconds. */
export const NETWORK_MS = 1
export const QUERY_MS = 5
export const SLOW_QUERY_MS = 5_000

const MOST_DEPENDENCIES = 5

/** Creates services with one to five random dependencies each, including cycles. */
export function makeWorld (services: number, seed: number): World {
  const chance = new Chance(seed)
  const dependencies = Array.from({ length: services }, (_, service) => someOthers(service, services, chance))
  const dependents = dependentsOf(dependencies)
  const most = Math.max(...dependents.map(({ length }) => length))
  return { seed, dependencies, slow: dependents.findIndex(({ length }) => length === most) }
}

/** Returns the dependents of each service. */
export function dependentsOf (dependencies: World['dependencies']): readonly (readonly number[])[] {
  const dependents: number[][] = dependencies.map(() => [])
  for (const [service, of] of dependencies.entries()) for (const dependency of of) dependents[dependency]?.push(service)
  return dependents
}

function someOthers (service: number, services: number, chance: Chance): readonly number[] {
  const count = 1 + chance.below(MOST_DEPENDENCIES)
  const others = new Set<number>()
  while (others.size < count) {
    const other = chance.below(services)
    if (other !== service) others.add(other)
  }
  return [...others]
}

/** Returns the number of services that are part of a cycle. */
export function inCycles ({ dependencies }: World): number {
  return dependencies.filter((_, service) => reaches(dependencies, service)).length
}

function reaches (dependencies: World['dependencies'], service: number): boolean {
  const seen = new Set<number>()
  for (let edge = dependencies[service] ?? []; edge.length > 0;) {
    if (edge.includes(service)) return true
    const next = edge.filter((each) => !seen.has(each))
    for (const each of next) seen.add(each)
    edge = [...new Set(next.flatMap((each) => dependencies[each] ?? []))]
  }
  return false
}
