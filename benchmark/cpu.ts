import type { Client } from './client.js'
import type { Server } from './server.js'
import { spreadOf } from './statistics.js'
import type { Spread } from './statistics.js'

/** A program to compare with others. */
export interface Contestant {
  readonly name: string
  start (): Promise<Server>
  /** The path of the requests. By default the program's own URL is used. */
  readonly path?: string
  /** Divides the number of requests in its turns. */
  readonly shortenedBy?: number
}

/** The measurements of a contestant. Ratios compare it with the first contestant in the same round. */
export interface Compared {
  readonly name: string
  /** The ratio of CPU time per request. */
  readonly cpu: Spread
  /** The ratio of requests per second. */
  readonly perSecond: Spread
  /** CPU time per request, in microseconds. */
  readonly cpuTime: Spread
}

export interface Extent {
  /** How often all processes are restarted: two processes of the same program differ in speed. */
  readonly passes: number
  /** The number of turns per contestant in a pass. Short turns spread the noise of the machine evenly. */
  readonly rounds: number
  /** The number of requests in a turn. */
  readonly amount: number
}

interface Sample {
  readonly cpuTime: number
  readonly perSecond: number
}

const CONNECTIONS = 16

/** Compares the costs of a request. All contestants run at the same time and take turns. */
export async function compare (
  contestants: readonly Contestant[],
  client: Client,
  extent: Extent
): Promise<readonly Compared[]> {
  const rounds: (readonly Sample[])[] = []
  for (let pass = 0; pass < extent.passes; pass++) rounds.push(...await runPass(contestants, client, extent))
  const spread = (figure: (round: readonly Sample[]) => number): Spread => spreadOf(rounds.map(figure))
  return contestants.map(({ name }, nth) => ({
    name,
    cpu: spread((round) => at(round, nth).cpuTime / at(round, 0).cpuTime),
    perSecond: spread((round) => at(round, nth).perSecond / at(round, 0).perSecond),
    cpuTime: spread((round) => at(round, nth).cpuTime)
  }))
}

async function runPass (
  contestants: readonly Contestant[],
  client: Client,
  { rounds, amount }: Extent
): Promise<readonly (readonly Sample[])[]> {
  const servers: Server[] = []
  try {
    for (const contestant of contestants) servers.push(await contestant.start())
    const runRound = async (amount: number): Promise<readonly Sample[]> => {
      const samples: Sample[] = []
      for (const [nth, contestant] of contestants.entries()) {
        samples.push(await runTurn(contestant, at(servers, nth), client, amount))
      }
      return samples
    }
    // Warms up the compiler.
    await runRound(amount * 2)
    const samples: (readonly Sample[])[] = []
    while (samples.length < rounds) samples.push(await runRound(amount))
    return samples
  } finally {
    for (const server of servers) await server.end()
  }
}

async function runTurn (contestant: Contestant, server: Server, client: Client, usual: number): Promise<Sample> {
  const { name, path, shortenedBy = 1 } = contestant
  const amount = Math.ceil(usual / shortenedBy)
  const url = path === undefined ? server.url : new URL(path, server.url).href
  const before = await server.cpuTime()
  const { unanswered, not2xx, perSecond } = await client.send({ url, amount, connections: CONNECTIONS })
  const failed = unanswered + not2xx
  if (failed > 0) throw new Error(`${failed} of ${amount} requests to ${name} have failed`)
  return { cpuTime: (await server.cpuTime() - before) / amount, perSecond }
}

function at<T> (values: readonly T[], nth: number): T {
  const value = values[nth]
  if (value === undefined) throw new RangeError(`there is no ${nth} of ${values.length}`)
  return value
}
