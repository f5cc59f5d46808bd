import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:net'

/** Linux gives those from 32768 on to clients and to whoever listens on 0, as far as nobody has told it otherwise. */
const FIRST = 10_000
const LAST = 32_767

/** A port of the loopback interface that is free, and that nobody gets by chance while its server is stopped. */
export async function freePort (): Promise<number> {
  for (let attempt = 1; attempt <= 100; attempt += 1) {
    const port = randomInt(FIRST, LAST + 1)
    if (await isFree(port)) return port
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
