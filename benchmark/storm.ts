import type { Client } from './client.js'
import { NodeServer } from './server.js'

/** The result of many concurrent probes to a slow check. */
export interface Storm {
  readonly calls: number
  readonly slowestMs: number
}

/** The result of one probe to a hanging check, and of many probes after it. */
export interface Hang {
  /** The duration of the first probe; `undefined` without an answer in time. */
  readonly answeredMs: number | undefined
  readonly calls: number
  readonly liveCalls: number
}

const PROBES = 100
const PATIENCE_MS = 3_000

/** Sends 100 concurrent probes over 100 connections to a check that takes 200 ms. */
export async function storm (name: string, path: string | undefined, client: Client): Promise<Storm> {
  const server = await NodeServer.start(name, { scene: 'slow' })
  try {
    const url = urlOf(server, path)
    // Warms up the compiler.
    await client.send({ url, amount: PROBES, connections: PROBES })
    const before = await server.calls()
    const { slowestMs } = await client.send({ url, amount: PROBES, connections: PROBES })
    return { calls: await server.calls() - before, slowestMs }
  } finally {
    await server.end()
  }
}

/** Sends one probe to a hanging check, and then 100 more. */
export async function hang (name: string, path: string | undefined, client: Client): Promise<Hang> {
  const server = await NodeServer.start(name, { scene: 'hung' })
  try {
    const url = urlOf(server, path)
    const { unanswered, slowestMs } = await client.send({ url, amount: 1, connections: 1, timeoutMs: PATIENCE_MS })
    await client.send({ url, amount: PROBES, connections: PROBES, timeoutMs: PATIENCE_MS })
    const answeredMs = unanswered > 0 ? undefined : slowestMs
    return { answeredMs, calls: await server.calls(), liveCalls: await server.liveCalls() }
  } finally {
    await server.end()
  }
}

function urlOf ({ url }: NodeServer, path: string | undefined): string {
  return path === undefined ? url : new URL(path, url).href
}
