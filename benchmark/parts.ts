import type { Client } from './client.js'
import { flaskContestant, nodeContestant, PEERS } from './contestants.js'
import { compare } from './cpu.js'
import type { Compared, Contestant, Extent } from './cpu.js'
import { FlaskServer } from './flask-server.js'
import { heapGrowth } from './heap.js'
import { OWN, specifierOf, versionOf } from './install.js'
import { sizeOf } from './size.js'
import { startUpTimes } from './start-up.js'
import { ratioOf } from './statistics.js'
import { hang, storm } from './storm.js'
import { kilobytes, table, withSpread } from './table.js'

const READINESS = '/z/health/readiness'
/** So long that a run is none of what is measured. */
const SELDOM_MS = 60_000

/** What is measured, by title: each gives a table. */
export function partsOf (client: Client, isQuick: boolean): Readonly<Record<string, () => Promise<string>>> {
  const extent: Extent = isQuick ? { passes: 1, rounds: 3, amount: 2_000 } : { passes: 4, rounds: 15, amount: 4_000 }
  return {
    'A liveness probe': async () => await livenessTable(client, extent),
    'With many checks': async () => await checksTable(client, extent),
    'A slow check, and one that hangs': async () => await patienceTable(client),
    'Start-up and size': async () => await startUpTable(isQuick ? 3 : 20),
    Heap: async () => await heapText(client, isQuick ? 50_000 : 1_000_000)
  }
}

async function livenessTable (client: Client, extent: Extent): Promise<string> {
  const peers = await Promise.all(PEERS.map(async ({ name, program }) => nodeContestant(`${name} ${await versionOf(name)}`, program)))
  const contestants = [
    nodeContestant('`node:http`, a constant with the same headers', 'node-http'),
    nodeContestant('a bare Fastify route, with schema and `logLevel: \'silent\'`', 'fastify'),
    nodeContestant(`**${OWN}**`, 'management'),
    ...peers,
    ...await FlaskServer.install() ? [flaskContestant] : []
  ]
  const all = await compare(contestants, client, extent)
  return table(['', 'CPU per request ÷ `node:http`', 'requests per second ÷ `node:http`'], all.map(({ name, cpu, perSecond }) => [name, withSpread(cpu), withSpread(perSecond)]))
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
    put(`\`/health\` with ${count.toLocaleString('en')} components ÷ a bare route's \`JSON.stringify\` of the same`, await compare([
      nodeContestant('JSON.stringify', 'stringify', { count }),
      nodeContestant('/health', 'management', { count, interval: SELDOM_MS }, '/z/health')
    ], client, { ...extent, amount: Math.min(amount, extent.amount) }))
  }
  put('a route of the app, beside 50 checks that run every second ÷ without the plugin', await compare(ownRoutes(), client, { ...extent, rounds: extent.rounds * 2 }))
  return table(['', 'CPU per request', 'requests per second'], rows)
}

function ownRoutes (): readonly Contestant[] {
  return [nodeContestant('without', 'own-route', { plugin: false }), nodeContestant('with', 'own-route', { count: 50 })]
}

async function patienceTable (client: Client): Promise<string> {
  const all = [{ name: `**${OWN}**`, program: 'management', path: READINESS }, ...PEERS.filter(({ hasChecks }) => hasChecks).map((peer) => ({ ...peer, path: undefined }))]
  const rows: string[][] = []
  for (const { name, program, path } of all) {
    const [stormed, hung] = [await storm(program, path, client), await hang(program, path, client)]
    rows.push([name, String(stormed.calls), `${stormed.slowestMs} ms`, hung.answeredMs === undefined ? 'never' : `${hung.answeredMs} ms`, String(hung.calls), String(hung.liveCalls)])
  }
  return table(['', '100 probes at once, a check of 200 ms: its runs', 'the slowest answer', 'a check that hangs: the answer', 'runs after 100 probes more', 'of them live'], rows)
}

async function heapText (client: Client, probes: number): Promise<string> {
  const growth = await heapGrowth(probes, client)
  return `After ${probes.toLocaleString('en')} readiness probes over 50 checks the heap is ${kilobytes(Math.abs(growth))} ${growth < 0 ? 'smaller' : 'larger'} than before, both times after a forced collection.`
}

async function startUpTable (rounds: number): Promise<string> {
  const names = [OWN, ...PEERS.map(({ name }) => name)]
  const [baseImport, baseRegister, registered, ...imported] = await startUpTimes([
    ['import', 'fastify-plugin', '@fastify/sensible'],
    ['register', '@fastify/sensible'],
    ['register', OWN, '50'],
    ...names.map((name) => ['import', name] as const)
  ], rounds)
  if (baseImport === undefined || baseRegister === undefined || registered === undefined) throw new Error('nothing was measured')
  const rows: string[][] = []
  for (const [nth, name] of names.entries()) {
    const { packed, installed } = await sizeOf(await specifierOf(name))
    const time = imported[nth]
    if (time === undefined) throw new Error(`the import of ${name} was not measured`)
    rows.push([name === OWN ? `**${name}**` : name, kilobytes(packed), kilobytes(installed), withSpread(ratioOf(time, baseImport))])
  }
  const register = `Registering it with 50 checks, until the app is ready, takes ${withSpread(ratioOf(registered, baseRegister))} times as long as registering @fastify/sensible (${baseRegister.median.toFixed(0)} ms).`
  return `${table(['', 'packed', 'installed, with what it depends on', 'import ÷ that of fastify-plugin and @fastify/sensible'], rows)}\n\n${register} Importing those two takes ${baseImport.median.toFixed(0)} ms.`
}
