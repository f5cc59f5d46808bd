import type { Client } from './client.js'
import type { Server } from './server.js'
import { spreadOf } from './statistics.js'
import type { Spread } from './statistics.js'

/** One of those that are compared. */
export interface Contestant {
  readonly name: string
  start (): Promise<Server>
  /** What is asked of it, where that is not the path that it tells. */
  readonly path?: string
  /** By how much its rounds are shorter. */
  readonly fewer?: number
}

/** What was measured of one. The ratios are to the first of them, taken round by round. */
export interface Compared {
  readonly name: string
  /** Time of the processor per request. */
  readonly cpu: Spread
  readonly perSecond: Spread
  /** In microseconds. */
  readonly cpuTime: Spread
}

export interface Extent {
  /** How often all processes are started anew: two of the same program differ. */
  readonly passes: number
  /** How often each has its turn. Short turns are best: what else a machine does comes and goes. */
  readonly rounds: number
  /** How many requests a turn has. */
  readonly amount: number
}

interface Sample {
  readonly cpuTime: number
  readonly perSecond: number
}

const CONNECTIONS = 16

/** Compares what a request costs each of them. They run side by side, and take turns. */
export async function compare (contestants: readonly Contestant[], client: Client, extent: Extent): Promise<readonly Compared[]> {
  const rounds: (readonly Sample[])[] = []
  for (let pass = 0; pass < extent.passes; pass++) rounds.push(...await onePass(contestants, client, extent))
  const spread = (figure: (round: readonly Sample[]) => number): Spread => spreadOf(rounds.map(figure))
  return contestants.map(({ name }, nth) => ({
    name,
    cpu: spread((round) => at(round, nth).cpuTime / at(round, 0).cpuTime),
    perSecond: spread((round) => at(round, nth).perSecond / at(round, 0).perSecond),
    cpuTime: spread((round) => at(round, nth).cpuTime)
  }))
}

async function onePass (contestants: readonly Contestant[], client: Client, { rounds, amount }: Extent): Promise<readonly (readonly Sample[])[]> {
  const servers: Server[] = []
  try {
    for (const contestant of contestants) servers.push(await contestant.start())
    const oneRound = async (amount: number): Promise<readonly Sample[]> => {
      const samples: Sample[] = []
      for (const [nth, contestant] of contestants.entries()) samples.push(await oneTurn(contestant, at(servers, nth), client, amount))
      return samples
    }
    // For the compiler.
    await oneRound(amount * 2)
    const samples: (readonly Sample[])[] = []
    while (samples.length < rounds) samples.push(await oneRound(amount))
    return samples
  } finally {
    for (const server of servers) await server.end()
  }
}

async function oneTurn ({ name, path, fewer = 1 }: Contestant, server: Server, client: Client, usual: number): Promise<Sample> {
  const amount = Math.ceil(usual / fewer)
  const before = await server.cpuTime()
  const { unanswered, not2xx, perSecond } = await client.send({ url: path === undefined ? server.url : new URL(path, server.url).href, amount, connections: CONNECTIONS })
  const failed = unanswered + not2xx
  if (failed > 0) throw new Error(`${failed} of ${amount} requests to ${name} have failed`)
  return { cpuTime: (await server.cpuTime() - before) / amount, perSecond }
}

function at<T> (values: readonly T[], nth: number): T {
  const value = values[nth]
  if (value === undefined) throw new RangeError(`there is no ${nth} of ${values.length}`)
  return value
}
