import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:net'

/** Linux gives those from 32768 on to clients and to whoever listens on 0, as far as nobody has told it otherwise. */
const FIRST = 10_000
const LAST = 32_767
/** More than there are test files at a time: tap numbers them from 0, and each has ports of its own. */
const SHARES = 8
const SHARE = Math.floor((LAST + 1 - FIRST) / SHARES)
const OWN = FIRST + SHARE * (Number(process.env['TAP_JOB_ID'] ?? 0) % SHARES)

const given = new Set<number>()

/** A port of the loopback interface that is free, and that nobody else gets while its server is stopped, or has yet to start. */
export async function freePort (): Promise<number> {
  for (let attempt = 1; attempt <= 100; attempt += 1) {
    const port = randomInt(OWN, OWN + SHARE)
    if (!given.has(port) && await isFree(port)) {
      given.add(port)
      return port
    }
  }
  throw new Error('there is no free port')
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
