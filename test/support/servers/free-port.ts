import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:net'

/** By default, Linux uses the ports from 32768 on for clients and for servers that listen on port 0. */
const FIRST = 10_000
const LAST = 32_767
/** More than the processes that run at a time. The test runner numbers them from 0, and each has its own ports. */
const SHARES = 8
const SHARE = Math.floor((LAST + 1 - FIRST) / SHARES)
const OWN = FIRST + SHARE * (Number(process.env['TAP_JOB_ID'] ?? 0) % SHARES)

const given = new Set<number>()

/** Finds a free port of the loopback interface. No other process gets it while its server is stopped. */
export async function freePort (): Promise<number> {
  for (let attempt = 1; attempt <= 100; attempt += 1) {
    const port = randomInt(OWN, OWN + SHARE)
    if (!given.has(port) && await isFree(port)) {
      given.add(port)
      return port
    }
  }
  throw new Error('no free port')
}

async function isFree (port: number): Promise<boolean> {
  const server = createServer().listen({ host: '127.0.0.1', port })
  try {
    await once(server, 'listening')
    return true
  } catch {
    return false
  } finally {
    server.close()
  }
}
