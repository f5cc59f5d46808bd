import { once } from 'node:events'
import t from 'tap'
import { startApp } from '../support/app.js'

/** The most calls that the back-off allows: each wait is twice as long as the last, less 15 % at most. */
function mostCallsIn (tookMs: number, timeout: number): number {
  let calls = 0
  for (let at = 0, wait = timeout; at <= tookMs; at += timeout + wait * 0.85, wait *= 2) calls += 1
  return calls
}

await t.test('100 concurrent requests run a check once', async (t) => {
  let runs = 0
  let end: () => void = () => undefined
  const { app, get } = await startApp(t, {
    checks: {
      readiness: {
        slow: {
          check: () => {
            runs += 1
            return new Promise<void>((resolve) => { end = resolve })
          },
          timeout: 60_000
        }
      }
    }
  })
  let received = 0
  const all = new Promise<void>((resolve) => app.server.on('request', () => { if (++received === 100) resolve() }))
  const probes = Array.from(
    { length: 100 },
    async (_, at) => await get(['/z/health/readiness', '/z/health', '/z/health/slow'][at % 3] ?? '')
  )
  await all
  await app.inject('/z/health/liveness')
  end()
  const answers = await Promise.all(probes)
  t.match(answers, answers.map(() => ({ status: 200, body: { status: 'UP' } })))
  t.equal(runs, 1)
})

await t.test('probes are answered, and do not restart a hung check', async (t) => {
  const timeout = 50
  let calls = 0
  const { get } = await startApp(t, {
    checks: {
      readiness: {
        hung: {
          check: async () => {
            calls += 1
            await new Promise(() => undefined)
          },
          timeout
        }
      }
    },
    checkDefaults: { maxBackoff: 60_000 }
  })
  const started = performance.now()
  for (let probe = 0; probe < 100; probe++) {
    t.match(await get('/z/health/readiness'), { status: 503, text: '{"status":"DOWN"}' })
  }
  const took = performance.now() - started
  t.ok(calls <= mostCallsIn(took, timeout), `${calls} calls in ${took} ms`)
})

await t.test('each check runs once while showComponents decides about ?exclude', async (t) => {
  const runs = { a: 0, b: 0 }
  const { get } = await startApp(t, {
    showComponents: async () => await Promise.resolve(true),
    checks: { readiness: { a: () => { runs.a += 1 }, b: async () => { runs.b += 1; await Promise.resolve() } } }
  })
  t.match(await get('/z/health/readiness?exclude=b&verbose'), {
    text: '{"status":"UP","components":{"a":{"status":"UP"}}}'
  })
  t.same(runs, { a: 1, b: 1 })
})

await t.test('changes to the result of management.health() do not affect later answers', async (t) => {
  const { app, get } = await startApp(t, {
    checks: { readiness: { db: () => ({ status: 'DOWN', details: { rows: 0 } }) } },
    checkDefaults: { ttl: 60_000 },
    showDetails: 'always'
  })
  const health = await app.management.health() as {
    components: Record<string, { status: string, details: Record<string, unknown> }>
  }
  Object.assign(health.components['db'] ?? {}, { status: 'UP' })
  Object.assign(health.components['db']?.details ?? {}, { rows: 1 })
  t.match(await get('/z/health/readiness?verbose'), {
    status: 503,
    body: { components: { db: { status: 'DOWN', details: { rows: 0 } } } }
  })
})

await t.test('checkDefaults applies to checks and service dependencies without own options', async (t) => {
  const runs = { a: 0, b: 0 }
  const service = await startApp(t)
  let received = 0
  service.app.server.on('request', () => { received += 1 })
  const { get } = await startApp(t, {
    checkDefaults: { ttl: 60_000 },
    checks: { readiness: { a: () => { runs.a += 1 }, b: { check: () => { runs.b += 1 }, ttl: 0 } } },
    serviceDependencies: { service: `${service.url}/z/health` }
  })
  for (let probe = 0; probe < 3; probe++) await get('/z/health')
  t.same({ ...runs, received }, { a: 1, b: 3, received: 1 })
})

await t.test('the next probe is answered after a client disconnected during a run', async (t) => {
  let end: () => void = () => undefined
  const { app, get, url } = await startApp(t, {
    checks: {
      readiness: {
        slow: {
          check: () => new Promise<void>((resolve) => { end = resolve }),
          timeout: 60_000
        }
      }
    }
  })
  const controller = new AbortController()
  const aborted = fetch(`${url}/z/health/readiness`, { signal: controller.signal })
  const [request] = await once(app.server, 'request') as [NodeJS.EventEmitter]
  controller.abort()
  await t.rejects(aborted)
  await new Promise((resolve) => request.once('close', resolve))
  const probe = get('/z/health/readiness')
  await once(app.server, 'request')
  end()
  t.match(await probe, { status: 200 })
})
