import t from 'tap'
import type { HealthEngine } from '../../lib/health/engine.js'
import type { ReportRequest } from '../../lib/health/report.js'
import { hang } from '../support/check.js'
import { down, plain, setUpEngine, up } from '../support/engine.js'

/** A function that fails until it is told to pass, and counts its calls. */
class Warmup {
  isWarm = false
  calls = 0

  readonly check = (): boolean => {
    this.calls += 1
    return this.isWarm
  }
}

async function readiness (engine: HealthEngine, request: Partial<ReportRequest> = {}): Promise<unknown> {
  return (await engine.report({ kind: 'readiness', ...request })).status
}

const GATED = { status: 'OUT_OF_SERVICE', details: { pending: ['warmup'] } }

await t.test('readiness is OUT_OF_SERVICE until the startup checks have passed', async (t) => {
  const { engine } = setUpEngine()
  const warmup = new Warmup()
  engine.add(['startup'], 'warmup', warmup.check, {})
  engine.add(['readiness'], 'db', up, {})
  t.match(plain(await engine.report({ kind: 'readiness' })), {
    status: 'OUT_OF_SERVICE',
    components: { lifecycle: GATED, db: { status: 'UP' } }
  })
  warmup.isWarm = true
  t.same(plain(await engine.report({ kind: 'readiness' })).status, 'UP')
  t.same(Object.keys((await engine.report({ kind: 'readiness' })).components), ['db'], 'startup checks are not shown')
  t.equal(warmup.calls, 2, 'startup has completed')
  t.match(await engine.report({ kind: 'startup' }), { status: 'UP', components: { warmup: { status: 'UP' } } })
})

await t.test('a readiness probe runs only the startup checks that are pending', async (t) => {
  const { engine } = setUpEngine()
  const [slow, quick] = [new Warmup(), new Warmup()]
  quick.isWarm = true
  engine.add(['startup'], 'slow', slow.check, {})
  engine.add(['startup'], 'quick', quick.check, {})
  t.match(await engine.report({ kind: 'readiness' }), {
    components: { lifecycle: { details: { reason: '1 startup check has not passed yet', pending: ['slow'] } } }
  })
  t.equal(await readiness(engine), 'OUT_OF_SERVICE')
  t.same([slow.calls, quick.calls], [2, 1])
})

await t.test('a check for startup and readiness runs once in a readiness probe', async (t) => {
  const { engine } = setUpEngine()
  const warmup = new Warmup()
  engine.add(['startup', 'readiness'], 'warmup', warmup.check, {})
  t.equal(await readiness(engine), 'DOWN', 'worse than OUT_OF_SERVICE')
  t.equal(warmup.calls, 1)
})

await t.test('a startup probe closes the gate again when a check fails before startup has completed', async (t) => {
  const { engine } = setUpEngine()
  const [first, second] = [new Warmup(), new Warmup()]
  engine.add(['startup'], 'first', first.check, {})
  engine.add(['startup'], 'second', second.check, {})
  first.isWarm = true
  await engine.report({ kind: 'startup' })
  ;[first.isWarm, second.isWarm] = [false, true]
  await engine.report({ kind: 'startup' })
  t.match(await engine.component('lifecycle'), { details: { pending: ['first'] } })
  t.equal(await readiness(engine), 'OUT_OF_SERVICE')
})

await t.test('the gate affects readiness only, and other reports show it as information', async (t) => {
  const { engine } = setUpEngine(['canary'])
  engine.add(['startup'], 'warmup', down, { failureStatus: 'DEGRADED' })
  for (const kind of ['liveness', 'canary']) {
    t.match(plain(await engine.report({ kind })), { status: 'UP', components: { lifecycle: GATED } })
  }
  t.match(plain(await engine.report({ kind: 'health' })), {
    status: 'DEGRADED',
    components: { lifecycle: GATED, warmup: { status: 'DEGRADED' } }
  })
  t.match(await engine.component('lifecycle'), GATED)
  t.equal(await readiness(engine), 'OUT_OF_SERVICE')
})

await t.test('health shows no pending check after the startup checks have passed there', async (t) => {
  const { engine } = setUpEngine()
  engine.add(['startup'], 'warmup', up, {})
  t.match(await engine.component('lifecycle'), GATED)
  t.same(Object.keys((await engine.report({ kind: 'health' })).components), ['warmup'])
  engine.add(['startup'], 'late', down, {})
  t.equal(await readiness(engine), 'OUT_OF_SERVICE', 'only a readiness or startup probe completes startup')
})

await t.test('readiness is UP when there are no startup checks', async (t) => {
  const { engine } = setUpEngine()
  engine.add(['readiness'], 'db', up, {})
  t.same(plain(await engine.report({ kind: 'readiness' })), {
    status: 'UP',
    components: {
      db: { status: 'UP', time: '1970-01-01T00:00:00.000Z', durationMs: 0, since: '1970-01-01T00:00:00.000Z' }
    }
  })
  t.same(await engine.component('lifecycle'), { status: 'UP' })
})

await t.test('a startup check that is added before startup has completed closes the gate', async (t) => {
  const { engine, clock } = setUpEngine()
  t.equal(await readiness(engine), 'UP')
  await clock.pass(5_000)
  engine.add(['startup'], 'warmup', down, {})
  await clock.pass(5_000)
  engine.add(['startup'], 'second', down, {})
  t.match(await engine.report({ kind: 'readiness' }), {
    status: 'OUT_OF_SERVICE',
    components: {
      lifecycle: {
        details: { reason: '2 startup checks have not passed yet', pending: ['warmup', 'second'] },
        time: '1970-01-01T00:00:05.000Z'
      }
    }
  })
})

await t.test('a kind startup that is added to an existing check closes the gate', async (t) => {
  const { engine } = setUpEngine()
  engine.add(['health'], 'warmup', down, {})
  t.equal(await readiness(engine), 'UP')
  engine.add(['startup'], 'warmup', down, {})
  t.equal(await readiness(engine), 'OUT_OF_SERVICE')
})

await t.test('remove() of the last pending startup check opens the gate', async (t) => {
  const { engine } = setUpEngine()
  engine.add(['startup'], 'quick', up, {})
  engine.add(['startup'], 'warmup', down, {})
  t.equal(await readiness(engine), 'OUT_OF_SERVICE')
  engine.remove('warmup')
  t.equal(await readiness(engine, { peer: true }), 'UP')
  engine.add(['startup'], 'warmup', down, {})
  t.equal(await readiness(engine), 'OUT_OF_SERVICE', 'startup had not completed')
  engine.remove('warmup')
  engine.remove('quick')
  t.equal(await readiness(engine), 'UP')
  engine.add(['startup'], 'warmup', down, {})
  t.equal(await readiness(engine), 'OUT_OF_SERVICE', 'startup without checks does not complete')
})

await t.test('startup does not complete when its checks are removed during a report', async (t) => {
  const { engine, clock } = setUpEngine()
  engine.add(['startup'], 'quick', up, {})
  engine.add(['startup'], 'slow', () => new Promise<void>((resolve) => { clock.after(100, resolve) }), {})
  const report = engine.report({ kind: 'startup' })
  engine.remove('quick')
  engine.remove('slow')
  await report
  engine.add(['startup'], 'warmup', down, {})
  t.equal(await readiness(engine), 'OUT_OF_SERVICE')
})

await t.test('a startup check that is removed during a readiness probe does not hold it up', async (t) => {
  const { engine, clock } = setUpEngine()
  engine.add(['startup'], 'warmup', hang, {})
  const report = engine.report({ kind: 'readiness' })
  await clock.pass(100)
  engine.remove('warmup')
  t.match(plain(await report), { status: 'UP', components: {} })
})

await t.test('a startup check that is replaced during a readiness probe keeps the gate closed', async (t) => {
  const { engine, clock } = setUpEngine()
  engine.add(['startup'], 'warmup', () => new Promise<void>((resolve) => { clock.after(100, resolve) }), {})
  const report = engine.report({ kind: 'readiness' })
  engine.remove('warmup')
  engine.add(['startup'], 'warmup', down, {})
  t.match(plain(await report), { status: 'OUT_OF_SERVICE', components: { lifecycle: GATED } })
})

await t.test('a startup check that hangs delays a readiness probe by its timeout', async (t) => {
  const { engine, clock } = setUpEngine()
  engine.add(['startup'], 'warmup', hang, { timeout: 300 })
  const report = engine.report({ kind: 'readiness' })
  await clock.pass(300)
  t.match(await report, { status: 'OUT_OF_SERVICE' })
  t.equal(clock.waiting, 0)
})

await t.test('exclude does not open the gate, and an excluded startup check does not run', async (t) => {
  const { engine } = setUpEngine()
  const warmup = new Warmup()
  warmup.isWarm = true
  engine.add(['startup'], 'warmup', warmup.check, {})
  for (const name of ['warmup', 'lifecycle']) {
    const request = { kind: 'readiness', exclude: new Set(['warmup', name]) }
    t.match(plain(await engine.report(request)), { status: 'OUT_OF_SERVICE', components: { lifecycle: GATED } })
  }
  t.equal(warmup.calls, 0)
  const { complete, filtered } = engine.reportPair({ kind: 'readiness', peer: true }, new Set(['warmup']))
  t.match([await complete, await filtered], [{ status: 'OUT_OF_SERVICE' }, { status: 'OUT_OF_SERVICE' }])
  t.equal(await readiness(engine, { exclude: new Set(['other']) }), 'UP', 'other exclusions do not keep it closed')
})

await t.test('reportPair() has the same gate in both reports', async (t) => {
  const { engine, clock } = setUpEngine()
  let isWarm = false
  const check = (): Promise<boolean> => new Promise((resolve) => { clock.after(100, () => resolve(isWarm)) })
  engine.add(['startup'], 'warmup', check, {})
  engine.add(['readiness'], 'db', up, {})
  for (const status of ['OUT_OF_SERVICE', 'UP']) {
    const { complete, filtered } = engine.reportPair({ kind: 'readiness' }, new Set(['db']))
    await clock.pass(100)
    t.match([await complete, await filtered], [{ status }, { status }])
    isWarm = true
  }
})

await t.test('a report for a peer sees the gate, and neither opens it nor completes startup', async (t) => {
  const { engine } = setUpEngine()
  const warmup = new Warmup()
  warmup.isWarm = true
  engine.add(['startup'], 'only', up, {})
  engine.add(['startup', 'readiness'], 'warmup', warmup.check, {})
  for (let probe = 0; probe < 2; probe++) {
    t.match(plain(await engine.report({ kind: 'readiness', peer: true })), {
      status: 'OUT_OF_SERVICE',
      components: { lifecycle: { details: { pending: ['only', 'warmup'] } } }
    })
    await engine.report({ kind: 'startup', peer: true })
    await engine.report({ kind: 'health', peer: true })
  }
  t.equal(await readiness(engine), 'UP')
  warmup.isWarm = false
  t.equal(await readiness(engine, { peer: true }), 'DOWN')
  t.match(await engine.report({ kind: 'startup', peer: true }), { status: 'UP' })
})

await t.test('a readiness probe requests a service dependency that startup cascades to', async (t) => {
  const { engine } = setUpEngine()
  const [forStartup, forReadiness] = [new Warmup(), new Warmup()]
  forReadiness.isWarm = true
  const byKind = new Map([['startup', forStartup.check], ['readiness', forReadiness.check]])
  engine.addRemote('users', up, byKind, { ttl: 0 })
  t.match(await engine.report({ kind: 'readiness' }), {
    status: 'OUT_OF_SERVICE', components: { lifecycle: { details: { pending: ['users'] } } }
  })
  t.same([forStartup.calls, forReadiness.calls], [1, 1])
  forStartup.isWarm = true
  t.equal(await readiness(engine), 'UP')
})

await t.test('a readiness probe completes startup with the result of a background run', async (t) => {
  const { engine, clock } = setUpEngine()
  const warmup = new Warmup()
  warmup.isWarm = true
  engine.add(['startup'], 'warmup', warmup.check, { interval: 1_000 })
  engine.start()
  await clock.pass(0)
  t.match(await engine.component('lifecycle'), GATED, 'a background run alone does not complete startup')
  t.equal(await readiness(engine), 'UP')
  await clock.pass(10_000)
  t.equal(warmup.calls, 1)
})

await t.test('a failure that failureStatus shows as DEGRADED keeps the gate closed', async (t) => {
  const { engine } = setUpEngine()
  engine.add(['startup', 'readiness'], 'warmup', down, { failureStatus: 'DEGRADED' })
  await engine.report({ kind: 'startup' })
  t.match(plain(await engine.report({ kind: 'readiness' })), {
    status: 'OUT_OF_SERVICE', components: { lifecycle: GATED, warmup: { status: 'DEGRADED' } }
  })
})

await t.test('the reason of the app\'s own state stays beside the pending checks', async (t) => {
  const { engine } = setUpEngine()
  engine.add(['startup'], 'warmup', down, {})
  engine.lifecycle.takeOutOfService('maintenance')
  t.same(await engine.component('lifecycle'), {
    status: 'OUT_OF_SERVICE',
    details: { reason: 'maintenance', pending: ['warmup'] },
    time: '1970-01-01T00:00:00.000Z',
    since: '1970-01-01T00:00:00.000Z'
  })
  engine.lifecycle.putInService()
  t.equal(await readiness(engine), 'OUT_OF_SERVICE')
  engine.lifecycle.markBroken('the worker is gone')
  t.match(await engine.report({ kind: 'readiness' }), {
    status: 'DOWN',
    components: { lifecycle: { status: 'DOWN', details: { reason: 'the worker is gone', pending: ['warmup'] } } }
  })
})

await t.test('the list of pending checks has at most 20 names', async (t) => {
  const { engine } = setUpEngine()
  for (let check = 0; check < 1_000; check++) engine.add(['startup'], `check-${check}`, down, {})
  const { details = {} } = await engine.component('lifecycle') ?? {}
  t.match(details, { reason: '1000 startup checks have not passed yet' })
  t.same(details['pending'], Array.from({ length: 20 }, (_, check) => `check-${check}`))
})

await t.test('a gated report of a closed app contains the last results', async (t) => {
  const { engine } = setUpEngine()
  engine.add(['startup'], 'warmup', down, {})
  engine.add(['startup'], 'new', up, {})
  await engine.report({ kind: 'startup' })
  engine.close()
  t.match(await engine.report({ kind: 'readiness' }), {
    status: 'OUT_OF_SERVICE', components: { lifecycle: { details: { reason: 'closing', pending: ['warmup'] } } }
  })
})

await t.test('the gate is not logged, because it is part of each start', async (t) => {
  const { engine, log } = setUpEngine()
  const warmup = new Warmup()
  engine.add(['startup'], 'warmup', warmup.check, {})
  t.equal(await readiness(engine), 'OUT_OF_SERVICE')
  warmup.isWarm = true
  t.equal(await readiness(engine), 'UP')
  t.match(log.lines, [{ check: 'warmup', to: 'DOWN' }, { check: 'warmup', to: 'UP' }])
  t.equal(log.lines.length, 2)
})
