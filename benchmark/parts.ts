import type { Client } from './client.js'
import { flaskContestant, nodeContestant, OTHER_PACKAGES } from './contestants.js'
import { compare } from './cpu.js'
import type { Compared, Contestant, Extent } from './cpu.js'
import { inMemoryRatios } from './in-memory.js'
import { FlaskServer } from './flask-server.js'
import { heapAtRest, heapGrowth } from './heap.js'
import { OWN, specifierOf, versionOf } from './install.js'
import type { Observation } from './server.js'
import { ownPortTable } from './own-port.js'
import { sizeOf } from './size.js'
import { startUpTimes } from './start-up.js'
import { ratioOf, spreadOf } from './statistics.js'
import type { Spread } from './statistics.js'
import { hang, storm } from './storm.js'
import { kilobytes, table, withSpread } from './table.js'

const READINESS = '/z/health/readiness'
/** The packages that many Fastify apps import already. Each import is compared with theirs. */
const BASE = ['fastify-plugin', '@fastify/sensible']
/** A long interval: no check runs a second time during a measurement. */
const SELDOM_MS = 60_000

/** Returns the parts of the benchmark by title. Each part measures something and returns a table or a text. */
export function partsOf (client: Client, isQuick: boolean): Readonly<Record<string, () => Promise<string>>> {
  const extent: Extent = isQuick ? { passes: 1, rounds: 3, amount: 2_000 } : { passes: 4, rounds: 15, amount: 4_000 }
  return {
    'A liveness probe': async () => await livenessTable(client, extent),
    'A liveness probe in memory': async () => await inMemoryText(isQuick ? 1 : 8),
    'With many checks': async () => await checksTable(client, extent),
    'A slow check and a hanging check': async () => await patienceTable(client),
    'Page, history and metrics': async () => await observationTable(client, extent, isQuick ? 3 : 15),
    'Own port with a thread': async () => await ownPortTable(client, isQuick),
    'Start-up and size': async () => await startUpTable(isQuick ? 3 : 20),
    Heap: async () => await heapText(client, isQuick ? 50_000 : 1_000_000)
  }
}

async function livenessTable (client: Client, extent: Extent): Promise<string> {
  const others = await Promise.all(OTHER_PACKAGES.map(async ({ name, program }) => {
    return nodeContestant(`${name} ${await versionOf(name)}`, program)
  }))
  const contestants = [
    nodeContestant('`node:http`, a constant with the same headers', 'node-http'),
    nodeContestant('a bare Fastify route, with schema and `logLevel: \'silent\'`', 'fastify'),
    nodeContestant(`**${OWN}**`, 'management'),
    ...others,
    ...await FlaskServer.install() ? [flaskContestant] : []
  ]
  const all = await compare(contestants, client, extent)
  const own = all.find(({ name }) => name.includes(OWN))?.cpu.median ?? Number.NaN
  const rows = all.map(({ name, cpu, perSecond }) => {
    return [name, withSpread(cpu), withSpread(perSecond), (own / cpu.median).toFixed(2)]
  })
  return table([
    '',
    'CPU per request ÷ `node:http`',
    'requests per second ÷ `node:http`',
    `CPU of ${OWN} ÷ CPU of this row`
  ], rows)
}

async function inMemoryText (passes: number): Promise<string> {
  return 'Over sockets in memory and in one process with the other app, a liveness probe takes ' +
    `${withSpread(await inMemoryRatios(passes))} times the CPU time of a bare route with \`logLevel: 'silent'\`, the ` +
    'same headers and the same body.'
}

async function checksTable (client: Client, extent: Extent): Promise<string> {
  const rows: string[][] = []
  const put = (what: string, compared: readonly Compared[]): void => {
    for (const { cpu, perSecond } of compared.slice(1)) rows.push([what, withSpread(cpu), withSpread(perSecond)])
  }
  put('a readiness probe over 50 checks ÷ a liveness probe', await compare([
    nodeContestant('liveness', 'management', { count: 50 }),
    nodeContestant('readiness', 'management', { count: 50 }, READINESS)
  ], client, extent))
  for (const [count, amount] of [[10, 4_000], [100, 2_000], [1_000, 400], [10_000, 40]] as const) {
    const components = `${count.toLocaleString('en')} components`
    put(`\`/health\` with ${components} ÷ a bare route with \`JSON.stringify\` of the same`, await compare([
      nodeContestant('JSON.stringify', 'stringify', { count }),
      nodeContestant('/health', 'management', { count, interval: SELDOM_MS }, '/z/health')
    ], client, { ...extent, amount: Math.min(amount, extent.amount) }))
  }
  const longer = { ...extent, rounds: extent.rounds * 2 }
  put(
    'an app route with 50 checks that run every second ÷ without the plugin',
    await compare(ownRoutes(), client, longer)
  )
  return table(['', 'CPU per request', 'requests per second'], rows)
}

function ownRoutes (): readonly Contestant[] {
  return [nodeContestant('without', 'own-route', { plugin: false }), nodeContestant('with', 'own-route', { count: 50 })]
}

async function patienceTable (client: Client): Promise<string> {
  const others = OTHER_PACKAGES.filter(({ hasChecks }) => hasChecks)
  const all = [
    { name: `**${OWN}**`, program: 'management', path: READINESS },
    ...others.map(({ name, program }) => ({ name, program, path: undefined }))
  ]
  const rows: string[][] = []
  for (const { name, program, path } of all) {
    const [stormed, hung] = [await storm(program, path, client), await hang(program, path, client)]
    const answered = hung.answeredMs === undefined ? 'never' : `${hung.answeredMs} ms`
    rows.push([
      name, String(stormed.calls), `${stormed.slowestMs} ms`, answered, String(hung.calls), String(hung.liveCalls)
    ])
  }
  return table([
    '',
    'check of 200 ms: runs for 100 concurrent probes',
    'slowest answer',
    'hanging check: answer after',
    'runs after 100 more probes',
    'live runs'
  ], rows)
}

/** By observation: the words for it in the table. */
const OBSERVATIONS: Readonly<Record<Observation, string>> = {
  off: 'without `/ui` and `/history`: `endpoints: { history: false, ui: false }`',
  page: 'with `/ui` and `/history`, as by default',
  metrics: 'with `/ui`, `/history` and `metrics: new Registry()`'
}

async function observationTable (client: Client, extent: Extent, rounds: number): Promise<string> {
  const all = Object.keys(OBSERVATIONS) as Observation[]
  // The checks are synchronous and have no `ttl`, so each probe has the result of a run.
  const contestants = all.map((observation) => {
    const scene = { scene: 'passing', count: 50, observation } as const
    return nodeContestant(OBSERVATIONS[observation], 'management', scene, READINESS)
  })
  const compared = await compare(contestants, client, extent)
  const times = await startUpTimes(all.map((observation) => ['register', OWN, '50', observation] as const), rounds)
  const heaps: Spread[] = []
  for (const observation of all) heaps.push(await restingHeap(observation, client, Math.min(rounds, 5)))
  const [base, heap] = [times[0], heaps[0]]
  if (base === undefined || heap === undefined) throw new Error('no start-up times were measured')
  const rows = compared.map(({ name, cpu }, nth) => {
    const [time = base, size = heap] = [times[nth], heaps[nth]]
    return [name, withSpread(cpu), withSpread(ratioOf(time, base)), kilobytes(size.median - heap.median)]
  })
  const head = ['', 'CPU per readiness probe ÷ first row', 'registration ÷ first row', 'heap at rest − first row']
  return table(head, rows)
}

/** The heap of an app that nothing requests, in bytes. */
async function restingHeap (observation: Observation, client: Client, rounds: number): Promise<Spread> {
  const scene = { count: 50, interval: SELDOM_MS, observation }
  const sizes: number[] = []
  for (let round = 0; round < rounds; round++) sizes.push(await heapAtRest(scene, client))
  return spreadOf(sizes)
}

async function heapText (client: Client, probes: number): Promise<string> {
  const growth = await heapGrowth(probes, client)
  const change = `${kilobytes(Math.abs(growth))} ${growth < 0 ? 'smaller' : 'larger'}`
  return `After ${probes.toLocaleString('en')} readiness probes over 50 checks, the heap is ${change} than before. ` +
    'Both sizes are measured after a forced garbage collection.'
}

async function startUpTable (rounds: number): Promise<string> {
  const names = [OWN, ...BASE, ...OTHER_PACKAGES.map(({ name }) => name)]
  const [baseImport, routes, registered, ...imported] = await startUpTimes([
    ['import', ...BASE],
    ['routes'],
    ['register', OWN, '50'],
    ...names.map((name) => ['import', name] as const)
  ], rounds)
  if (baseImport === undefined || routes === undefined || registered === undefined) {
    throw new Error('no start-up times were measured')
  }
  const rows: string[][] = []
  for (const [nth, name] of names.entries()) {
    const { packed, installed, withoutDocuments } = await sizeOf(await specifierOf(name))
    const time = imported[nth]
    if (time === undefined) throw new Error(`the import of ${name} was not measured`)
    const ratio = withSpread(ratioOf(time, baseImport))
    const sizes = [packed, installed, withoutDocuments].map(kilobytes)
    rows.push([name === OWN ? `**${name}**` : name, ...sizes, ratio])
  }
  const head = [
    '',
    'packed',
    'installed with dependencies',
    'installed without documents',
    'import ÷ import of fastify-plugin and @fastify/sensible'
  ]
  const [register, base] = [withSpread(ratioOf(registered, routes)), routes.median.toFixed(0)]
  return `${table(head, rows)}\n\n` +
    `Registering ${OWN} with 50 checks takes ${register} times the CPU time of as many bare routes with HEAD ` +
    `(${base} ms). Each is the first registration of a new process, from \`register()\` until \`ready()\`. The ` +
    'imports and their garbage are not counted, and neither are the files that this package reads for `/info` after ' +
    `the app is ready. Importing fastify-plugin and @fastify/sensible takes ${baseImport.median.toFixed(0)} ms.`
}
