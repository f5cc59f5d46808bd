// Simulates services that request each other's health, with several designs of their endpoints. `--docs` writes the
// table into docs/benchmarks.md.
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { install } from '../install.js'
import { putIntoPage } from '../page.js'
import { spreadOf } from '../statistics.js'
import { table } from '../table.js'
import { ManagedFleet } from './managed-fleet.js'
import { NaiveFleet } from './naive-fleet.js'
import { simulate } from './outcome.js'
import type { Design, Outcome } from './outcome.js'
import { dependentsOf, inCycles, makeWorld, REPLICAS } from './world.js'

const { values } = parseArgs({
  options: {
    services: { type: 'string', default: '1000' },
    seed: { type: 'string', default: '1' },
    docs: { type: 'boolean', default: false }
  }
})
const world = makeWorld(Number(values.services), Number(values.seed))

const DESIGNS: readonly Design[] = [
  { name: 'naive', build: (world, time, databases) => new NaiveFleet(world, time, databases) },
  {
    name: 'this package, on demand',
    build: (world, time, databases) => new ManagedFleet(world, time, databases)
  },
  {
    name: 'this package, every 5 s',
    build: (world, time, databases) => new ManagedFleet(world, time, databases, { interval: 5_000 })
  }
]
const PLOT = join(import.meta.dirname, '..', '..', 'docs', 'images', 'simulation.svg')

await install()
const outcomes: Outcome[] = []
for (const design of DESIGNS) {
  const startedAt = performance.now()
  outcomes.push(await simulate(world, design))
  console.error(`${design.name}: simulated in ${Math.round((performance.now() - startedAt) / 1_000)} s`)
}
const dependents = dependentsOf(world.dependencies)[world.slow]?.length ?? 0
const text = [
  `${round(world.dependencies.length)} services with ${REPLICAS} replicas each, ` +
    `${round(inCycles(world))} of them in cycles (seed ${values.seed}). One database becomes slow. ` +
    `Its service and the ${dependents} services that depend on it cannot serve. All others can.`,
  table(
    [
      '',
      'requests per second to a service: median (maximum)',
      'queries per second to its database: median (maximum)',
      'services with a wrong status before the database is slow',
      'every status is right'
    ],
    outcomes.map(({ name, requests, queries, wrongBeforeFault, rightAfterMs }) => [
      name,
      medianAndMaximum(requests),
      medianAndMaximum(queries),
      round(wrongBeforeFault),
      rightAfterMs === undefined ? 'never' : `after ${rightAfterMs / 1_000} s`
    ])
  )
].join('\n\n')
console.log(text)
const input = JSON.stringify(outcomes)
const plot = execFileSync(process.execPath, [join(import.meta.dirname, 'plot.js')], { input, maxBuffer: 2 ** 26 })
writeFileSync(PLOT, plot)
if (values.docs) putIntoPage('simulation', text)

function medianAndMaximum (figures: readonly number[]): string {
  return `${round(spreadOf(figures).median)} (${round(Math.max(...figures))})`
}

function round (figure: number): string {
  return figure.toLocaleString('en', { maximumFractionDigits: 1 })
}
