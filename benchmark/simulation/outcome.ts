import type { Fleet, Surroundings } from './fleet.js'
import { Probers } from './probers.js'
import { VirtualTime } from './virtual-time.js'
import { QUERY_MS, SLOW_QUERY_MS } from './world.js'
import type { World } from './world.js'

/** A design of health endpoints that is put into a world. */
export interface Design {
  readonly name: string
  readonly build: (world: World, time: VirtualTime, surroundings: Surroundings) => Fleet
}

/** What is seen of one design. */
export interface Outcome {
  readonly name: string
  /** By service, how many requests have reached it in a second while all was well. */
  readonly requests: readonly number[]
  /** By service, how many queries its checks have sent to its database in a second. */
  readonly queries: readonly number[]
  /** How many services were seen as what they were not at the end of that. */
  readonly wrongWhileWell: number
  /** The same, from when the database has gone slow, every 100 ms. */
  readonly wrong: readonly number[]
  /** When every status was right and stayed so, in milliseconds from then; nothing where that was never. */
  readonly rightAfterMs: number | undefined
}

const SECOND_MS = 1_000
const STEP_MS = 100
/** How long it starts, is well, and has a slow database, in seconds. The first is the kubelet's period. */
const SECONDS = { start: 10, well: 10, slow: 30 }

/** Lets a world go on for a while in one design: it starts, all is well, and then one database is slow. */
export async function simulate (world: World, { name, build }: Design): Promise<Outcome> {
  const time = new VirtualTime()
  let isSlow = false
  const fleet = build(world, time, { queryMs: (service) => isSlow && service === world.slow ? SLOW_QUERY_MS : QUERY_MS })
  const probers = new Probers(world, time, fleet, (service) => !isSlow || !suffers(world, service))
  await time.pass(SECONDS.start * SECOND_MS)
  const before = { requests: [...fleet.requests], queries: [...fleet.queries] }
  await time.pass(SECONDS.well * SECOND_MS)
  const well = { requests: perSecond(fleet.requests, before.requests), queries: perSecond(fleet.queries, before.queries), wrongWhileWell: probers.wrong }
  isSlow = true
  const wrong: number[] = [probers.wrong]
  for (let passed = 0; passed < SECONDS.slow * SECOND_MS; passed += STEP_MS) {
    await time.pass(STEP_MS)
    wrong.push(probers.wrong)
  }
  return { name, ...well, wrong, rightAfterMs: rightAfter(wrong) }
}

/** Whether a service cannot serve while the database is slow: its own, or that of a service it depends on. */
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
