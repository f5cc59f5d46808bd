import underPressure from '@fastify/under-pressure'
import type { FastifyUnderPressureOptions } from '@fastify/under-pressure'
import type { FastifyInstance } from 'fastify'
import t from 'tap'
import { sendAll, http1, testHost, ownRoutes, PROBES, REPORTS, start } from '../support/host.js'
import type { Host } from '../support/host.js'

const PRESSURES: Readonly<Record<string, FastifyUnderPressureOptions>> = {
  'a full heap': { maxHeapUsedBytes: 1, sampleInterval: 10 },
  'a health check that fails': { healthCheck: async () => await Promise.resolve(false), healthCheckInterval: 60_000 }
}

/** Ways in which an app sheds requests, with the body of its answer. */
const POLICIES: Readonly<
  Record<string, { readonly policy: FastifyUnderPressureOptions, readonly expectedBody: RegExp }>
> = {
  'by default': { policy: {}, expectedBody: /"code":"FST_UNDER_PRESSURE"/ },
  'with its own handler': {
    policy: { pressureHandler: async (_request, reply, type) => await reply.code(503).send(`too much ${type}`) },
    expectedBody: /^too much (heapUsedBytes|healthCheck)$/
  }
}

function host (options: FastifyUnderPressureOptions): Host {
  return {
    setUp: async (app) => {
      await app.register(underPressure, options)
      ownRoutes(app)
    }
  }
}

/** Requests a route of the app until the request is shed. */
async function untilShed (app: FastifyInstance): Promise<void> {
  for (let request = 0; request < 1_000; request++) {
    if ((await http1(app, { method: 'GET', path: '/' })).status === 503) return
  }
  throw new Error('the app did not shed any request')
}

/** Blocks the event loop for `pieceMs` in each turn, until the returned function is called. */
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

await testHost(
  'an app with @fastify/under-pressure that is not under pressure',
  host({ maxHeapUsedBytes: 1e12, maxEventLoopDelay: 1e6 })
)

for (const [pressure, limits] of Object.entries(PRESSURES)) {
  for (const [way, { policy, expectedBody }] of Object.entries(POLICIES)) {
    await t.test(`an app under ${pressure} that sheds ${way} sheds reports but answers probes`, async (t) => {
      const bare = await start({ setUp: () => undefined }, 'first', t)
      for (const order of ['first', 'last'] as const) {
        const app = await start(host({ ...limits, ...policy }), order, t)
        await untilShed(app)
        t.same(await sendAll(app, PROBES), await sendAll(bare, PROBES), `probes, registered ${order}`)
        const own = await sendAll(app, REPORTS.map(({ method }) => ({ method, path: '/' })))
        t.same(await sendAll(app, REPORTS), own, `reports, registered ${order}`)
        t.match(await http1(app, { method: 'GET', path: '/z/health' }), { status: 503, body: expectedBody })
      }
    })
  }
}

await t.test('probes are answered while a blocked event loop sheds the routes of the app', async (t) => {
  for (const [way, { policy }] of Object.entries(POLICIES)) {
    const app = await start(host({ maxEventLoopDelay: 5, sampleInterval: 50, ...policy }), 'last', t)
    const calm = await http1(app, { method: 'GET', path: '/z/health/readiness?verbose' })
    const stop = work(25)
    try {
      await untilShed(app)
      t.same(await http1(app, { method: 'GET', path: '/z/health/readiness?verbose' }), calm, way)
      t.equal((await http1(app, { method: 'GET', path: '/' })).status, 503, 'the app is still under pressure')
      t.ok(app.isUnderPressure())
    } finally {
      stop()
    }
    t.match(calm, { status: 200, body: /^{"status":"DEGRADED","components"/ })
  }
})
