// The app under test, in its own process: its port for probes has a thread if `THREAD` is set. Prints the addresses of
// its two ports, its log, and a line about each block when it is over.
import { setTimeout as sleep } from 'node:timers/promises'
import Fastify from 'fastify'
import management from '../../../lib/index.js'
import { hashPassword, matchPattern, now, parseCsv, waitForLock } from '../../process/fixtures/blockers.js'

export const BLOCKERS = { parseCsv, hashPassword, matchPattern, waitForLock } as const

interface Block {
  readonly by: keyof typeof BLOCKERS
  /** In milliseconds. */
  readonly ms: string
}

let works = true

const app = Fastify({ logger: true, forceCloseConnections: true })
await app.register(management, {
  listen: { host: '127.0.0.1', port: 0, thread: process.env['THREAD'] !== undefined },
  shutdown: true,
  checks: { readiness: { orders: { check: () => works, interval: 200 } } }
})
await app.register(async (routes) => {
  routes.get('/', () => 'served')
  routes.get('/memory', () => {
    globalThis.gc?.()
    return process.memoryUsage()
  })
  routes.post('/flip', () => {
    works = !works
    return works
  })
  routes.post<{ readonly Querystring: Block }>('/block', ({ query: { by, ms } }, reply) => {
    reply.raw.once('close', () => { void block(by, Number(ms)) })
    return 'blocked'
  })
  routes.post('/debugger', () => {
    // eslint-disable-next-line no-debugger -- Stops the app if a debugger is still attached.
    debugger
    return 'moves'
  })
  await Promise.resolve()
}, { logLevel: 'silent' })
const url = await app.listen({ host: '127.0.0.1', port: 0 })
const [address] = app.management.addresses()
console.log(`app: ${url}`)
console.log(`probes: http://127.0.0.1:${typeof address === 'object' ? address.port : 0}/z/health`)

/** Waits until the client has the answer. The times are in milliseconds of the system's clock. */
async function block (by: Block['by'], ms: number): Promise<void> {
  await sleep(20)
  const from = now()
  BLOCKERS[by](ms)
  console.log(`block: ${JSON.stringify({ from, to: now() })}`)
}
