import underPressure from '@fastify/under-pressure'
import type { FastifyUnderPressureOptions } from '@fastify/under-pressure'
import type { FastifyInstance } from 'fastify'
import t from 'tap'
import { answersOf, http1, livesIn, ownRoutes, PROBES, REPORTS, start } from '../support/host.js'
import type { Host } from '../support/host.js'

const PRESSURES: Readonly<Record<string, FastifyUnderPressureOptions>> = {
  'a full heap': { maxHeapUsedBytes: 1, sampleInterval: 10 },
  'a health check that fails': { healthCheck: async () => await Promise.resolve(false), healthCheckInterval: 60_000 }
}

/** How an app sheds, and what it says then. */
const POLICIES: Readonly<Record<string, { readonly policy: FastifyUnderPressureOptions, readonly says: RegExp }>> = {
  'by default': { policy: {}, says: /"code":"FST_UNDER_PRESSURE"/ },
  'in its own words': { policy: { pressureHandler: async (_request, reply, type) => await reply.code(503).send(`too much ${type}`) }, says: /^too much (heapUsedBytes|healthCheck)$/ }
}

function host (options: FastifyUnderPressureOptions): Host {
  return {
    setUp: async (app) => {
      await app.register(underPressure, options)
      ownRoutes(app)
    }
  }
}

/** Asks the app's own route until it is shed. */
async function untilShed (app: FastifyInstance): Promise<void> {
  for (let request = 0; request < 1_000; request++) {
    if ((await http1(app, { method: 'GET', path: '/' })).status === 503) return
  }
  throw new Error('the app sheds nothing')
}

/** Works, with nothing but a turn of the event loop between one piece of work and the next, until it is told to stop. */
function work (pieceMs: number): () => void {
  let isOver = false
  const piece = (): void => {
    const end = performance.now() + pieceMs
    while (performance.now() < end) JSON.parse(JSON.stringify(process.versions))
    if (!isOver) setImmediate(piece)
  }
  setImmediate(piece)
  return () => { isOver = true }
}

await livesIn('an app with @fastify/under-pressure, and under none', host({ maxHeapUsedBytes: 1e12, maxEventLoopDelay: 1e6 }))

for (const [pressure, limits] of Object.entries(PRESSURES)) {
  for (const [way, { policy, says }] of Object.entries(POLICIES)) {
    await t.test(`under ${pressure}, an app that sheds ${way} sheds the reports, and answers every probe as ever`, async (t) => {
      const bare = await start({ setUp: () => undefined }, 'first', t)
      for (const order of ['first', 'last'] as const) {
        const app = await start(host({ ...limits, ...policy }), order, t)
        await untilShed(app)
        t.same(await answersOf(app, PROBES), await answersOf(bare, PROBES), `probes, registered ${order}`)
        const own = await answersOf(app, REPORTS.map(({ method }) => ({ method, path: '/' })))
        t.same(await answersOf(app, REPORTS), own, `reports, registered ${order}`)
        t.match(await http1(app, { method: 'GET', path: '/z/health' }), { status: 503, body: says })
      }
    })
  }
}

await t.test('while the event loop is blocked again and again, probes pass that the app\'s own routes do not', async (t) => {
  for (const [way, { policy }] of Object.entries(POLICIES)) {
    const app = await start(host({ maxEventLoopDelay: 5, sampleInterval: 50, ...policy }), 'last', t)
    const calm = await http1(app, { method: 'GET', path: '/z/health/readiness?verbose' })
    const stop = work(25)
    try {
      await untilShed(app)
      t.same(await http1(app, { method: 'GET', path: '/z/health/readiness?verbose' }), calm, way)
      t.equal((await http1(app, { method: 'GET', path: '/' })).status, 503, 'the pressure has not gone in the meantime')
      t.ok(app.isUnderPressure())
    } finally {
      stop()
    }
    t.match(calm, { status: 200, body: /^{"status":"DEGRADED","components"/ })
  }
})
