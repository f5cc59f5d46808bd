import t from 'tap'
import { ManagedFleet } from '../../benchmark/simulation/managed-fleet.js'
import { NaiveFleet } from '../../benchmark/simulation/naive-fleet.js'
import { simulate } from '../../benchmark/simulation/outcome.js'
import type { Design } from '../../benchmark/simulation/outcome.js'
import { VirtualTime } from '../../benchmark/simulation/virtual-time.js'
import { dependentsOf, inCycles, makeWorld, REPLICAS } from '../../benchmark/simulation/world.js'
import type { World } from '../../benchmark/simulation/world.js'

const NAIVE: Design = { name: 'naive', build: (world, time, surroundings) => new NaiveFleet(world, time, surroundings) }
const ON_DEMAND: Design = { name: 'on demand', build: (world, time, surroundings) => new ManagedFleet(world, time, surroundings) }
const IN_BACKGROUND: Design = { name: 'in background', build: (world, time, surroundings) => new ManagedFleet(world, time, surroundings, { interval: 5_000 }) }

/** A kubelet's probe every 10 s, and two load balancers' every 5 s. */
const PROBES_PER_SECOND = REPLICAS * (1 / 10 + 1 / 5 + 1 / 5)

/** Two services that depend on each other, and a third that depends on one of them. */
const CYCLE: World = { seed: 1, dependencies: [[1], [0], [0]], slow: 1 }

await t.test('a world is the same for the same seed, and has cycles', (t) => {
  const world = makeWorld(50, 7)
  t.same(makeWorld(50, 7), world)
  t.notSame(makeWorld(50, 8).dependencies, world.dependencies)
  for (const [service, dependencies] of world.dependencies.entries()) {
    t.ok(dependencies.length >= 1 && dependencies.length <= 5)
    t.equal(new Set(dependencies).size, dependencies.length)
    t.notOk(dependencies.includes(service))
  }
  t.ok(inCycles(world) > 0)
  t.equal(inCycles(CYCLE), 2)
  t.same(dependentsOf(CYCLE.dependencies), [[1, 2], [0], []])
  const dependents = dependentsOf(world.dependencies).map(({ length }) => length)
  t.equal(dependents[world.slow], Math.max(...dependents))
  t.end()
})

await t.test('the same world comes to the same end', async (t) => {
  for (const design of [NAIVE, ON_DEMAND, IN_BACKGROUND]) t.same(await simulate(makeWorld(6, 3), design), await simulate(makeWorld(6, 3), design), design.name)
})

await t.test('with this package a service is asked no more than once by each replica that depends on it, for each of their results', async (t) => {
  const world = makeWorld(12, 3)
  const dependents = dependentsOf(world.dependencies)
  const { requests, queries, wrongWhileWell, rightAfterMs } = await simulate(world, IN_BACKGROUND)
  for (const [service, rate] of requests.entries()) {
    const most = PROBES_PER_SECOND + (dependents[service]?.length ?? 0) * REPLICAS * 2 / 4
    t.ok(rate >= PROBES_PER_SECOND * 0.9 && rate <= most, `${rate} of at most ${most} a second`)
  }
  for (const rate of queries) t.ok(rate <= REPLICAS / 4, `${rate} queries a second, in each replica one every five`)
  t.equal(wrongWhileWell, 0)
  t.ok(rightAfterMs !== undefined && rightAfterMs <= 20_000, `right after ${rightAfterMs ?? NaN} ms`)
})

await t.test('where each probe asks on, what reaches the services grows until they have no time for it', async (t) => {
  const { requests, queries, wrongWhileWell, rightAfterMs, wrong } = await simulate(CYCLE, NAIVE)
  t.ok(requests[0] !== undefined && requests[0] > 100 * PROBES_PER_SECOND, `${requests[0] ?? NaN} a second`)
  for (const rate of queries) t.ok(rate <= REPLICAS * 100, 'no more than a replica can serve')
  t.equal(wrongWhileWell, 3)
  t.equal(rightAfterMs, undefined)
  t.equal(wrong.length, 301)
})

await t.test('without cycles, and with few services, the naive design is right too', async (t) => {
  const { wrongWhileWell, rightAfterMs } = await simulate({ seed: 1, dependencies: [[1], [], [1]], slow: 1 }, NAIVE)
  t.equal(wrongWhileWell, 0)
  t.ok(rightAfterMs !== undefined)
})

await t.test('virtual time', async (t) => {
  const time = new VirtualTime()
  const clock = time.clock(() => 0.5)
  const seen: string[] = []
  const note = (what: string) => () => { seen.push(`${what} at ${time.now}`) }
  time.after(2.1, note('rounded up'))
  time.after(1, note('first'))
  time.after(1, () => { void Promise.resolve().then(note('by a promise')); time.after(0, note('at once')) })
  clock.after(1, note('taken back'))()
  clock.inBackground(5, note('too late'))
  await time.pass(5)
  t.same(seen, ['first at 1', 'by a promise at 1', 'at once at 1', 'rounded up at 3'])
  t.same([clock.now(), clock.date().toISOString(), clock.random()], [5, '1970-01-01T00:00:00.005Z', 0.5])
})
