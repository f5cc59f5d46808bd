import t from 'tap'
import { hang } from '../support/check.js'
import { down, plain, setUpEngine, up } from '../support/engine.js'

/** A request of a peer that waits 600 ms. */
const FOR_PEER = { kind: 'readiness', peer: true, timeLimitMs: 600 }

await t.test('service dependencies are requested for health and for the kinds that cascade', async (t) => {
  const { engine } = setUpEngine()
  const byKind = new Map([['readiness', () => ({ status: 'DEGRADED' as const })]])
  engine.addRemote('users', () => ({ status: 'UP', details: { all: true } }), byKind, {})
  t.match(await engine.report({ kind: 'health' }), { status: 'UP', components: { users: { details: { all: true } } } })
  t.match(await engine.report({ kind: 'readiness' }), {
    status: 'DEGRADED',
    components: { users: { status: 'DEGRADED' } }
  })
  t.same(await engine.report({ kind: 'liveness' }), { status: 'UP', components: {} })
})

await t.test('a service is requested once in a second by default, and once for each kind that cascades', async (t) => {
  const { engine, clock } = setUpEngine()
  const requests: string[] = []
  const byKind = new Map([['readiness', () => { requests.push('readiness') }]])
  engine.addRemote('users', () => { requests.push('health') }, byKind, {})
  for (let second = 0; second < 3; second++) {
    for (let request = 0; request < 50; request++) {
      await engine.report({ kind: 'health' })
      await engine.report({ kind: 'health', exclude: new Set(['other']) })
      await engine.component('users')
      await engine.report({ kind: 'readiness' })
      await engine.report({ kind: 'readiness', peer: true })
    }
    await clock.pass(999)
    await engine.report({ kind: 'health' })
    t.equal(requests.length, 2 * (second + 1))
    await clock.pass(1)
  }
  t.same(requests.slice(-2), ['health', 'readiness'])
})

await t.test('the default ttl of a service also applies to its failures', async (t) => {
  const { engine, clock, log } = setUpEngine()
  let requests = 0
  engine.addRemote('users', () => { requests += 1; return requests > 1 }, new Map(), {})
  for (let request = 0; request < 50; request++) t.match(await engine.report({ kind: 'health' }), { status: 'DOWN' })
  t.equal(requests, 1)
  await clock.pass(1_000)
  t.match(await engine.report({ kind: 'health' }), { status: 'UP' })
  t.equal(log.lines.length, 2, 'one line for each change')
})

await t.test('ttl and checkDefaults replace the default ttl of a service, also with 0', async (t) => {
  const cases = [[{}, {}, 1], [{ ttl: 0 }, {}, 3], [{}, { ttl: 0 }, 3], [{ ttl: 5_000 }, { ttl: 0 }, 1]] as const
  for (const [options, defaults, expected] of cases) {
    const { engine } = setUpEngine([], defaults)
    let requests = 0
    engine.addRemote('users', () => { requests += 1 }, new Map(), options)
    for (let request = 0; request < 3; request++) await engine.report({ kind: 'health' })
    t.equal(requests, expected, JSON.stringify([options, defaults]))
  }
})

await t.test('a check of the app has no ttl by default', async (t) => {
  const { engine } = setUpEngine()
  let runs = 0
  engine.add(['health'], 'db', () => { runs += 1 }, {})
  for (let request = 0; request < 3; request++) await engine.report({ kind: 'health' })
  t.equal(runs, 3)
})

await t.test('a hanging service is requested as often as without a ttl', async (t) => {
  const requestsWith = async (ttl: number): Promise<number> => {
    const { engine, clock } = setUpEngine()
    let requests = 0
    engine.addRemote('users', async () => { requests += 1; await hang() }, new Map(), { ttl })
    for (let second = 0; second < 60; second++) {
      const reports = [engine.report({ kind: 'health' }), engine.report({ kind: 'health' })]
      await clock.pass(1_000)
      for (const report of reports) t.match(await report, { status: 'DOWN' })
    }
    return requests
  }
  t.equal(await requestsWith(1_000), await requestsWith(0))
})

await t.test('a peer with a time limit receives the cached result of a slow check after its first run', async (t) => {
  const { engine, clock } = setUpEngine()
  let runs = 0
  const slow = (): Promise<boolean> => new Promise((resolve) => {
    runs += 1
    clock.after(700, () => resolve(true))
  })
  engine.add(['readiness'], 'slow', slow, { ttl: 5_000 })
  const early = engine.report(FOR_PEER)
  await clock.pass(600)
  t.match(await early, { status: 'DOWN' })
  await clock.pass(100)
  t.match(await engine.report({ ...FOR_PEER, timeLimitMs: 50 }), { status: 'UP' })
  t.equal(runs, 1)
})

await t.test('addRemote() throws when the name is taken or reserved', (t) => {
  const { engine } = setUpEngine()
  engine.add(['health'], 'a', up, {})
  t.throws(() => engine.addRemote('a', up, new Map(), {}), { code: 'FST_MANAGEMENT_NAME_TAKEN' })
  t.throws(() => engine.addRemote('ping', up, new Map(), {}), { code: 'FST_MANAGEMENT_NAME_INVALID' })
  engine.addRemote('users', up, new Map(), {})
  t.throws(() => engine.add(['health'], 'users', up, {}), { code: 'FST_MANAGEMENT_NAME_TAKEN' })
  t.end()
})

await t.test('a report for a peer requests no service and shows its last status as information', async (t) => {
  const { engine } = setUpEngine()
  let requests = 0
  engine.add(['readiness'], 'db', up, {})
  engine.addRemote('users', () => {
    requests += 1
    return { status: 'DOWN', components: { deep: { status: 'DOWN' } } }
  }, new Map(), {})
  t.match(await engine.report({ kind: 'health', peer: true }), {
    status: 'UP',
    components: { db: { status: 'UP' }, users: { status: 'UNKNOWN' } }
  })
  t.same(await engine.component('users', { peer: true }), { status: 'UNKNOWN' })
  t.equal(requests, 0)
  t.match(await engine.report({ kind: 'health' }), { status: 'DOWN' })
  const forPeer = await engine.report({ kind: 'health', peer: true })
  t.match(forPeer, { status: 'UP', components: { users: { status: 'DOWN', time: String, durationMs: Number } } })
  t.equal(forPeer.components['users']?.components, undefined, 'nested parts would grow with every round')
  t.equal(requests, 1)
})

await t.test('a report with a time limit ends at the limit, and the check continues', async (t) => {
  const { engine, clock, log } = setUpEngine()
  engine.add(['health'], 'slow', () => new Promise((resolve) => { clock.after(700, () => resolve(true)) }), {})
  const report = engine.report({ kind: 'health', peer: true, timeLimitMs: 600 })
  await clock.pass(600)
  t.match(await report, {
    status: 'DOWN',
    components: { slow: { status: 'DOWN', details: { error: /^no result within 600 ms, the time limit of the service that requested this report$/ } } }
  })
  await clock.pass(100)
  t.same(log.lines, [], 'only this report shows DOWN')
})

await t.test('a report for a peer shows the results that are in time', async (t) => {
  const { engine } = setUpEngine()
  engine.add(['health'], 'db', down, {})
  t.match(await engine.report({ kind: 'health', peer: true }), {
    status: 'DOWN',
    components: { db: { details: { error: 'the check returned false' } } }
  })
})

await t.test('a report with a time limit shows a late check like a failed run, and records no failure', async (t) => {
  const { engine, clock, log } = setUpEngine()
  const slow = (): Promise<boolean> => new Promise((resolve) => { clock.after(700, () => resolve(true)) })
  const first = [true]
  engine.add(['readiness'], 'tolerated', () => first.shift() ?? slow(), { failureThreshold: 2 })
  engine.add(['readiness'], 'optional', slow, { failureStatus: 'DEGRADED' })
  engine.add(['readiness'], 'stale', slow.bind(undefined), {
    interval: 1_000,
    failureThreshold: 2,
    failureStatus: 'OUT_OF_SERVICE'
  })
  const own = engine.report({ kind: 'readiness' })
  await clock.pass(700)
  t.match(plain(await own), { status: 'UP' })
  const forPeer = engine.report({ ...FOR_PEER, exclude: new Set(['stale']) })
  await clock.pass(600)
  t.match(plain(await forPeer), {
    status: 'DEGRADED',
    components: {
      tolerated: { status: 'UP' },
      optional: { status: 'DEGRADED', details: { error: /^no result within 600 ms, the time limit of the service that requested this report$/ } }
    }
  })
  await clock.pass(10_000)
  const late = engine.report(FOR_PEER)
  await clock.pass(600)
  t.match(plain(await late), { components: { tolerated: { status: 'UP' }, stale: { status: 'OUT_OF_SERVICE' } } })
  await clock.pass(100)
  t.same(log.lines, [])
})

await t.test('a replacing check in a report has only the rest of the time limit', async (t) => {
  const { engine, clock } = setUpEngine()
  engine.add(['readiness'], 'a', hang, {})
  const report = engine.report(FOR_PEER)
  await clock.pass(300)
  engine.remove('a')
  engine.add(['readiness'], 'a', hang.bind(undefined), {})
  let isAnswered = false
  const answered = Promise.resolve(report).then(() => { isAnswered = true })
  await clock.pass(299)
  t.equal(isAnswered, false)
  await clock.pass(1)
  t.equal(isAnswered, true)
  await answered
})

await t.test('a report without a time limit, or with a longer limit, waits for the checks', async (t) => {
  for (const timeLimitMs of [undefined, 800, 4_050]) {
    const { engine, clock } = setUpEngine()
    engine.add(['health'], 'slow', () => new Promise((resolve) => { clock.after(799, () => resolve(true)) }), {})
    engine.add(['health'], 'hang', hang, {})
    const report = engine.report({ kind: 'health', peer: true, timeLimitMs })
    await clock.pass(800)
    t.match(plain(await report), {
      status: 'DOWN',
      components: { slow: { status: 'UP' }, hang: { details: { error: 'timed out after 800 ms' } } }
    })
  }
})

await t.test('a component with a time limit ends at the limit', async (t) => {
  const { engine, clock } = setUpEngine()
  engine.add(['health'], 'db', hang, {})
  const component = engine.component('db', { peer: true, timeLimitMs: 60 })
  await clock.pass(60)
  t.match(await component, { status: 'DOWN', details: { error: /^no result within 60 ms/ } })
})
