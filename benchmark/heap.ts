import type { Client } from './client.js'
import { NodeServer } from './server.js'
import type { Scene } from './server.js'

const CONNECTIONS = 16
const WARM_UP = 50_000

/** Returns the heap of an app at rest, in bytes, after its first probes and a garbage collection. */
export async function heapAtRest (scene: Scene, client: Client): Promise<number> {
  const server = await NodeServer.start('management', scene)
  try {
    await client.send({ url: new URL('/z/health/readiness', server.url).href, amount: 100, connections: 1 })
    return await server.heapUsed()
  } finally {
    await server.end()
  }
}

/** Returns the bytes by which an app's heap grows during a number of probes, measured after garbage collections. */
export async function heapGrowth (probes: number, client: Client): Promise<number> {
  const server = await NodeServer.start('management', { count: 50 })
  try {
    const url = new URL('/z/health/readiness', server.url).href
    await client.send({ url, amount: WARM_UP, connections: CONNECTIONS })
    const before = await server.heapUsed()
    await client.send({ url, amount: probes, connections: CONNECTIONS })
    return await server.heapUsed() - before
  } finally {
    await server.end()
  }
}
