import { once } from 'node:events'
import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import t from 'tap'
import { fetchAnswer, startApp } from '../support/app.js'

const hang = async (): Promise<void> => await new Promise(() => undefined)

await t.test('close() resolves at once and aborts the runs when checks hang', async (t) => {
  const signals: AbortSignal[] = []
  const hangs = async ({ signal }: { signal: AbortSignal }): Promise<void> => { signals.push(signal); await hang() }
  const { app, get } = await startApp(t, {
    checkDefaults: { timeout: 600_000 },
    checks: { readiness: { foreground: hangs, background: { check: hangs.bind(null), interval: 1_000 } } }
  })
  const probe = get('/z/health/readiness').catch(() => 'cut off')
  await once(app.server, 'request')
  await app.close()
  t.equal(signals.length, 2)
  t.ok(signals.every(({ aborted }) => aborted))
  await probe
})

await t.test('a waiting probe is answered when the app closes, also with forceCloseConnections', async (t) => {
  for (const forceCloseConnections of [true, false]) {
    const { app, get } = await startApp(
      t,
      { checks: { liveness: { hangs: { check: hang, timeout: 600_000 } } } },
      { fastify: { forceCloseConnections } }
    )
    const probe = get('/z/health/liveness?verbose', { connection: 'close' })
    await once(app.server, 'request')
    const closed = app.close()
    t.match(await probe, {
      status: 200,
      text: '{"status":"UP","components":{"lifecycle":{"status":"OUT_OF_SERVICE"}}}'
    })
    await closed
  }
})

await t.test('no failure is logged when another plugin closes its pool', async (t) => {
  for (const order of ['before', 'after'] as const) {
    let isOpen = true
    const pool = fp((app: FastifyInstance, _options, done) => {
      app.addHook('onClose', (_app, done) => { isOpen = false; done() })
      done()
    })
    const check = (): void => { if (!isOpen) throw new Error('the pool is closed') }
    const { app, lines } = await startApp(
      t,
      { checks: { liveness: { loop: { check, interval: 1 } }, readiness: { db: check } } },
      {
        [order]: async (app: FastifyInstance) => await app.register(pool)
      }
    )
    await app.management.health()
    await app.close()
    t.match(await app.management.health('liveness'), { status: 'UP', components: { loop: { status: 'UP' } } })
    t.match(await app.management.health('readiness'), {
      status: 'OUT_OF_SERVICE',
      components: { lifecycle: { details: { reason: 'closing' } }, db: { status: 'UP' } }
    })
    t.same(lines.filter((line) => 'check' in line), [])
  }
})

await t.test('readiness is OUT_OF_SERVICE and liveness is UP while the app closes', async (t) => {
  let answers: readonly unknown[] = []
  const { app } = await startApp(t, { checks: { liveness: { loop: () => true }, readiness: { db: () => false } } }, {
    fastify: { return503OnClosing: false },
    after: (app) => {
      app.addHook('preClose', async () => {
        answers = await Promise.all(['readiness', 'liveness'].map(async (kind) => {
          const { status, text } = await fetchAnswer(`${app.listeningOrigin}/z/health/${kind}`, { connection: 'close' })
          return [status, text]
        }))
      })
    }
  })
  await app.close()
  t.same(answers, [[503, '{"status":"OUT_OF_SERVICE"}'], [200, '{"status":"UP"}']])
})

await t.test('a check does not run when it is added after close()', async (t) => {
  const { app } = await startApp(t)
  await app.close()
  app.management.addCheck('readiness', 'late', () => t.fail('must not run'), { interval: 1 })
  t.match(await app.management.health(), { status: 'OUT_OF_SERVICE', components: { late: undefined } })
})

await t.test('close() resolves twice when checks hang', async (t) => {
  const { app } = await startApp(t, { checks: { readiness: { db: { check: hang, interval: 10 } } } }, {
    after: (app) => {
      app.management.addCheck('health', 'b', hang)
    }
  })
  await app.close()
  await app.close()
  t.pass('closed')
})

await t.test('a background check first runs when the app is ready', async (t) => {
  let runs = 0
  const { app } = await startApp(
    t,
    {
      checks: {
        readiness: {
          db: {
            check: () => { runs += 1 },
            interval: 60_000
          }
        }
      }
    },
    {
      after: async (app) => {
        await app.after()
        t.equal(runs, 0)
      }
    }
  )
  t.equal(runs, 1)
  app.management.addCheck('readiness', 'late', () => { runs += 1 }, { interval: 60_000 })
  t.equal(runs, 1, 'addCheck() does not run the check, which may need later statements')
  await Promise.resolve()
  t.equal(runs, 2)
  await app.management.health()
  t.equal(runs, 2)
})
