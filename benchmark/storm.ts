import type { Client } from './client.js'
import { NodeServer } from './server.js'

/** What became of many probes at the same time, at a check that is slow. */
export interface Storm {
  readonly calls: number
  readonly slowestMs: number
}

/** What became of a probe at a check that does not end, and of many after it. */
export interface Hang {
  /** How long the first probe took; nothing where it had no answer in time. */
  readonly answeredMs: number | undefined
  readonly calls: number
  readonly liveCalls: number
}

const PROBES = 100
const PATIENCE_MS = 3_000

/** A hundred probes at the same time, each over a connection of its own, at a check that takes 200 ms. */
export async function storm (name: string, path: string | undefined, client: Client): Promise<Storm> {
  const server = await NodeServer.start(name, { scene: 'slow' })
  try {
    const url = urlOf(server, path)
    // The first is for the compiler.
    await client.send({ url, amount: PROBES, connections: PROBES })
    const before = await server.calls()
    const { slowestMs } = await client.send({ url, amount: PROBES, connections: PROBES })
    return { calls: await server.calls() - before, slowestMs }
  } finally {
    await server.end()
  }
}

/** One probe at a check that hangs, then a hundred more. */
export async function hang (name: string, path: string | undefined, client: Client): Promise<Hang> {
  const server = await NodeServer.start(name, { scene: 'hung' })
  try {
    const url = urlOf(server, path)
    const { unanswered, slowestMs } = await client.send({ url, amount: 1, connections: 1, timeoutMs: PATIENCE_MS })
    await client.send({ url, amount: PROBES, connections: PROBES, timeoutMs: PATIENCE_MS })
    return { answeredMs: unanswered > 0 ? undefined : slowestMs, calls: await server.calls(), liveCalls: await server.liveCalls() }
  } finally {
    await server.end()
  }
}

function urlOf ({ url }: NodeServer, path: string | undefined): string {
  return path === undefined ? url : new URL(path, url).href
}
