import { Chance } from '../../test/soak/chance.js'

export const REPLICAS = 3

/** What is simulated: which services there are, and which of them each depends on. */
export interface World {
  readonly seed: number
  /** By service, those that it depends on. */
  readonly dependencies: readonly (readonly number[])[]
  /** The service whose database goes slow: one that as many as possible depend on. */
  readonly slow: number
}

/** How long things take, in milliseconds. */
export const NETWORK_MS = 1
export const QUERY_MS = 5
export const SLOW_QUERY_MS = 5_000

const MOST_DEPENDENCIES = 5

/** Services with one to five dependencies each, on any other: there are cycles. */
export function makeWorld (services: number, seed: number): World {
  const chance = new Chance(seed)
  const dependencies = Array.from({ length: services }, (_, service) => someOthers(service, services, chance))
  const dependents = dependentsOf(dependencies)
  const most = Math.max(...dependents.map(({ length }) => length))
  return { seed, dependencies, slow: dependents.findIndex(({ length }) => length === most) }
}

/** By service, those that depend on it. */
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

/** How many services are part of a cycle: those that can be reached from themselves. */
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
