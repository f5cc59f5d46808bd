import type { Fleet, Databases } from './fleet.js'
import { Probers } from './probers.js'
import { VirtualTime } from './virtual-time.js'
import { QUERY_MS, SLOW_QUERY_MS } from './world.js'
import type { World } from './world.js'

/** A design of health endpoints to simulate. */
export interface Design {
  readonly name: string
  readonly build: (world: World, time: VirtualTime, databases: Databases) => Fleet
}

/** The results of one design. */
export interface Outcome {
  readonly name: string
  /** Requests per second to each service before the database is slow. */
  readonly requests: readonly number[]
  /** Queries per second from checks to each service's database, before one database is slow. */
  readonly queries: readonly number[]
  /** The number of services with a wrong status just before the database becomes slow. */
  readonly wrongBeforeFault: number
  /** The number of services with a wrong status, every 100 ms after the database has become slow. */
  readonly wrong: readonly number[]
  /** The milliseconds until every status is right and stays right; `undefined` if that never happens. */
  readonly rightAfterMs: number | undefined
}

const SECOND_MS = 1_000
const STEP_MS = 100
/** The phases of a simulation, in seconds: start, normal operation, slow database. `start` is the kubelet's period. */
const SECONDS = { start: 10, well: 10, slow: 30 }

/** Simulates one design: the services start, all works, and then one database becomes slow. */
export async function simulate (world: World, { name, build }: Design): Promise<Outcome> {
  const time = new VirtualTime()
  let isSlow = false
  const queryMs = (service: number): number => isSlow && service === world.slow ? SLOW_QUERY_MS : QUERY_MS
  const fleet = build(world, time, { queryMs })
  const probers = new Probers(world, time, fleet, (service) => !isSlow || !suffers(world, service))
  await time.pass(SECONDS.start * SECOND_MS)
  const before = { requests: [...fleet.requests], queries: [...fleet.queries] }
  await time.pass(SECONDS.well * SECOND_MS)
  const well = {
    requests: perSecond(fleet.requests, before.requests),
    queries: perSecond(fleet.queries, before.queries),
    wrongBeforeFault: probers.wrong
  }
  isSlow = true
  const wrong: number[] = [probers.wrong]
  for (let passed = 0; passed < SECONDS.slow * SECOND_MS; passed += STEP_MS) {
    await time.pass(STEP_MS)
    wrong.push(probers.wrong)
  }
  return { name, ...well, wrong, rightAfterMs: rightAfter(wrong) }
}

/** Whether a service cannot serve while the database is slow: the database is its own, or its dependency's. */
function suffers ({ slow, dependencies }: World, service: number): boolean {
  return service === slow || dependencies[service]?.includes(slow) === true
}

function perSecond (now: readonly number[], before: readonly number[]): readonly number[] {
  return now.map((count, service) => (count - (before[service] ?? 0)) / SECONDS.well)
}

function rightAfter (wrong: readonly number[]): number | undefined {
  const steps = wrong.findLastIndex((count) => count > 0) + 1
  return steps < wrong.length ? steps * STEP_MS : undefined
}
