// Simulates services that ask each other for their health, in several designs of their endpoints. `--readme` puts the table into the README.
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { install } from '../install.js'
import { putIntoReadme } from '../readme.js'
import { spreadOf } from '../statistics.js'
import { table } from '../table.js'
import { ManagedFleet } from './managed-fleet.js'
import { NaiveFleet } from './naive-fleet.js'
import { simulate } from './outcome.js'
import type { Design, Outcome } from './outcome.js'
import { dependentsOf, inCycles, makeWorld, REPLICAS } from './world.js'

const { values } = parseArgs({
  options: { services: { type: 'string', default: '1000' }, seed: { type: 'string', default: '1' }, readme: { type: 'boolean', default: false } }
})
const world = makeWorld(Number(values.services), Number(values.seed))

const DESIGNS: readonly Design[] = [
  { name: 'naive', build: (world, time, surroundings) => new NaiveFleet(world, time, surroundings) },
  { name: 'this package, on demand', build: (world, time, surroundings) => new ManagedFleet(world, time, surroundings) },
  { name: 'this package, every 5 s', build: (world, time, surroundings) => new ManagedFleet(world, time, surroundings, { interval: 5_000 }) }
]
const PLOT = join(import.meta.dirname, 'plot.svg')

await install()
const outcomes: Outcome[] = []
for (const design of DESIGNS) {
  const startedAt = performance.now()
  outcomes.push(await simulate(world, design))
  console.error(`${design.name}: simulated in ${Math.round((performance.now() - startedAt) / 1_000)} s`)
}
const dependents = dependentsOf(world.dependencies)[world.slow]?.length ?? 0
const text = [
  `${world.dependencies.length.toLocaleString('en')} services with ${REPLICAS} replicas each, ${inCycles(world).toLocaleString('en')} of them in cycles (seed ${values.seed}). The database of one on which ${dependents} others depend goes slow: it and they cannot serve, and the others can.`,
  table(
    ['', 'requests per second that reach a service: median (most)', 'queries per second to its database: median (most)', 'services seen wrongly while all is well', 'every status right after one has gone slow'],
    outcomes.map(({ name, requests, queries, wrongWhileWell, rightAfterMs }) => [
      name, medianAndMost(requests), medianAndMost(queries), round(wrongWhileWell), rightAfterMs === undefined ? 'never' : `after ${rightAfterMs / 1_000} s`
    ])
  )
].join('\n\n')
console.log(text)
writeFileSync(PLOT, execFileSync(process.execPath, [join(import.meta.dirname, 'plot.js')], { input: JSON.stringify(outcomes), maxBuffer: 2 ** 26 }))
if (values.readme) putIntoReadme('simulation', text)

function medianAndMost (figures: readonly number[]): string {
  return `${round(spreadOf(figures).median)} (${round(Math.max(...figures))})`
}

function round (figure: number): string {
  return figure.toLocaleString('en', { maximumFractionDigits: 1 })
}
