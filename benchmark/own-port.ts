import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from './client.js'
import { NodeServer } from './server.js'
import { spreadOf } from './statistics.js'
import type { Spread } from './statistics.js'
import { kilobytes, table, withSpread } from './table.js'

const PROBES_PER_SECOND = 1_000
const PROBES = 3_000
const REQUESTS = 8_000
const CONNECTIONS = 16
/** Then V8 has ended its own work after the start, such as garbage collection, in milliseconds. */
const SETTLE_MS = 15_000

interface Extent {
  readonly rounds: number
  readonly idleMs: number
}

/** The measurements of an app whose endpoints have their own port. */
interface OwnPort {
  /** In bytes. */
  readonly memory: Spread
  /** The share of a core at rest. */
  readonly idle: number
  /** Requests per second to the app while the port gets probes, divided by those without probes. */
  readonly perSecond: Spread
}

/** Compares an app whose endpoints have their own port with the same app whose port has a thread. */
export async function ownPortTable (client: Client, isQuick: boolean): Promise<string> {
  const extent = isQuick ? { rounds: 2, idleMs: 5_000 } : { rounds: 5, idleMs: 20_000 }
  const prober = new Client()
  try {
    const without = await measure(false, client, prober, extent)
    const withThread = await measure(true, client, prober, extent)
    const row = (name: string, { memory, idle, perSecond }: OwnPort): readonly string[] =>
      [name, kilobytes(memory.median - without.memory.median), `${(idle * 100).toFixed(2)} %`, withSpread(perSecond)]
    return table([
      '',
      'resident memory − first row',
      'CPU at rest, of one core',
      'requests per second to the app during 1,000 probes per second ÷ without probes'
    ], [row('`listen: { port }`', without), row('`listen: { port, thread: true }`', withThread)])
  } finally {
    await prober.end()
  }
}

async function measure (thread: boolean, client: Client, prober: Client, extent: Extent): Promise<OwnPort> {
  const sizes: number[] = []
  for (let round = 0; round < extent.rounds; round++) {
    sizes.push(await withServer(thread, async (server, probesUrl) => {
      await prober.send({ url: probesUrl, amount: 100, connections: 1 })
      return await server.residentMemory()
    }))
  }
  const idle = await withServer(thread, async (server) => await cpuAtRest(server, extent.idleMs))
  const ratios = await withServer(thread, async ({ url }, probesUrl) => {
    const send = async (): Promise<number> =>
      (await client.send({ url, amount: REQUESTS, connections: CONNECTIONS })).perSecond
    await send()
    const ratios: number[] = []
    let before = await send()
    for (let round = 0; round < extent.rounds; round++) {
      const probes = prober.send({ url: probesUrl, amount: PROBES, connections: CONNECTIONS, rate: PROBES_PER_SECOND })
      const beside = await send()
      const { unanswered, not2xx } = await probes
      if (unanswered + not2xx > 0) throw new Error(`${unanswered + not2xx} of ${PROBES} probes have failed`)
      const after = await send()
      ratios.push(beside * 2 / (before + after))
      before = after
    }
    return ratios
  })
  return { memory: spreadOf(sizes), idle, perSecond: spreadOf(ratios) }
}

async function cpuAtRest (server: NodeServer, idleMs: number): Promise<number> {
  await sleep(SETTLE_MS)
  const before = await server.cpuTime()
  await sleep(idleMs)
  return (await server.cpuTime() - before) / 1_000 / idleMs
}

type Work<T> = (server: NodeServer, probesUrl: string) => Promise<T>

async function withServer<T> (thread: boolean, work: Work<T>): Promise<T> {
  const server = await NodeServer.start('own-port', { thread })
  try {
    const url = new URL(server.url)
    return await work(server, `http://${url.hostname}:${url.searchParams.get('probes') ?? ''}/z/health/liveness`)
  } finally {
    await server.end()
  }
}
