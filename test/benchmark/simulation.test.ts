import t from 'tap'
import { ManagedFleet } from '../../benchmark/simulation/managed-fleet.js'
import { NaiveFleet } from '../../benchmark/simulation/naive-fleet.js'
import { simulate } from '../../benchmark/simulation/outcome.js'
import type { Design } from '../../benchmark/simulation/outcome.js'
import { VirtualTime } from '../../benchmark/simulation/virtual-time.js'
import { dependentsOf, inCycles, makeWorld, REPLICAS } from '../../benchmark/simulation/world.js'
import type { World } from '../../benchmark/simulation/world.js'

const NAIVE: Design = { name: 'naive', build: (world, time, databases) => new NaiveFleet(world, time, databases) }
const ON_DEMAND: Design = {
  name: 'on demand',
  build: (world, time, databases) => new ManagedFleet(world, time, databases)
}
const IN_BACKGROUND: Design = {
  name: 'in background',
  build: (world, time, databases) => new ManagedFleet(world, time, databases, { interval: 5_000 })
}

/** A kubelet probes every 10 s, and two load balancers probe every 5 s. */
const PROBES_PER_SECOND = REPLICAS * (1 / 10 + 1 / 5 + 1 / 5)

/** Two services that depend on each other, and a third that depends on one of them. */
const CYCLE: World = { seed: 1, dependencies: [[1], [0], [0]], slow: 1 }

await t.test('makeWorld() creates the same world with cycles for the same seed', (t) => {
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

await t.test('simulate() returns the same outcome for the same world', async (t) => {
  for (const design of [NAIVE, ON_DEMAND, IN_BACKGROUND]) {
    const [first, second] = [await simulate(makeWorld(6, 3), design), await simulate(makeWorld(6, 3), design)]
    t.same(first, second, design.name)
  }
})

await t.test('with this package, each dependent replica requests a service at most once per result', async (t) => {
  const world = makeWorld(12, 3)
  const dependents = dependentsOf(world.dependencies)
  const { requests, queries, wrongBeforeFault, rightAfterMs } = await simulate(world, IN_BACKGROUND)
  for (const [service, rate] of requests.entries()) {
    const most = PROBES_PER_SECOND + (dependents[service]?.length ?? 0) * REPLICAS * 2 / 4
    t.ok(rate >= PROBES_PER_SECOND * 0.9 && rate <= most, `${rate} of at most ${most} a second`)
  }
  for (const rate of queries) {
    t.ok(rate <= REPLICAS / 4, `${rate} queries per second, at most one per replica every four seconds`)
  }
  t.equal(wrongBeforeFault, 0)
  t.ok(rightAfterMs !== undefined && rightAfterMs <= 20_000, `right after ${rightAfterMs ?? NaN} ms`)
})

await t.test('with the naive design and a cycle, requests grow until the services are overloaded', async (t) => {
  const { requests, queries, wrongBeforeFault, rightAfterMs, wrong } = await simulate(CYCLE, NAIVE)
  t.ok(requests[0] !== undefined && requests[0] > 100 * PROBES_PER_SECOND, `${requests[0] ?? NaN} a second`)
  for (const rate of queries) t.ok(rate <= REPLICAS * 100, 'no more than a replica can serve')
  t.equal(wrongBeforeFault, 3)
  t.equal(rightAfterMs, undefined)
  t.equal(wrong.length, 301)
})

await t.test('with the naive design, few services and no cycles, every status is right', async (t) => {
  const { wrongBeforeFault, rightAfterMs } = await simulate({ seed: 1, dependencies: [[1], [], [1]], slow: 1 }, NAIVE)
  t.equal(wrongBeforeFault, 0)
  t.ok(rightAfterMs !== undefined)
})

await t.test('VirtualTime fires timers in order, after the promises of earlier timers', async (t) => {
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
