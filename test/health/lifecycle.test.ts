import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { once } from 'node:events'
import t from 'tap'
import { Lifecycle } from '../../lib/health/lifecycle.js'
import { Events } from '../../lib/health/events.js'
import type { Status } from '../../lib/health/status.js'
import { unstartedApp } from '../support/app.js'
import { ManualClock } from '../support/clock.js'
import { RecordingLog } from '../support/log.js'
import type { Line } from '../support/log.js'

interface Setting {
  readonly lifecycle: Lifecycle
  readonly clock: ManualClock
  readonly lines: readonly Line[]
}

function setUp (isServing = (): boolean => true, methods: Partial<RecordingLog> = {}): Setting {
  const clock = new ManualClock()
  const log = Object.assign(new RecordingLog(), methods)
  const events = new Events(log, unstartedApp(log), clock)
  return { lifecycle: new Lifecycle(events, clock, isServing), clock, lines: log.lines }
}

const CHANGES = 'fastify-management-endpoints:status'

const KINDS = ['liveness', 'readiness', 'startup', 'health', 'canary'] as const

function statusesOf (lifecycle: Lifecycle): Record<string, Status> {
  return Object.fromEntries(KINDS.map((kind) => [kind, lifecycle.statusFor(kind)]))
}

const IN_SERVICE = { liveness: 'UP', readiness: 'UP', startup: 'UP', health: 'UP', canary: 'UP' }
const OUT_OF_SERVICE = { ...IN_SERVICE, readiness: 'OUT_OF_SERVICE', health: 'OUT_OF_SERVICE' }
const BROKEN = { ...IN_SERVICE, liveness: 'DOWN', readiness: 'DOWN', health: 'DOWN' }

/** Each permanent state, with the reason in the log line of a call that has no effect. */
const PERMANENT: readonly [string, (lifecycle: Lifecycle) => void][] = [
  ['the app is broken', (lifecycle) => lifecycle.markBroken('the worker is gone')],
  ['the app is draining', (lifecycle) => { void lifecycle.drain(0) }],
  ['the app is closing', (lifecycle) => lifecycle.close()]
]

/** Returns a function that says whether a promise has resolved. */
function watch (promise: Promise<unknown>): () => boolean {
  let isResolved = false
  void promise.then(() => { isResolved = true })
  return () => isResolved
}

await t.test('a new lifecycle is in service: every kind is UP, and nothing is shown or logged', (t) => {
  const { lifecycle, lines } = setUp()
  t.same(statusesOf(lifecycle), IN_SERVICE)
  t.equal(lifecycle.component, undefined)
  t.same(lines, [])
  t.end()
})

await t.test('an app that does not serve yet is out of service, which is not logged', (t) => {
  let isServing = false
  const { lifecycle, lines } = setUp(() => isServing)
  t.same(statusesOf(lifecycle), OUT_OF_SERVICE)
  t.match(lifecycle.component, {
    status: 'OUT_OF_SERVICE',
    details: { reason: 'the app does not listen yet' },
    time: String
  })
  isServing = true
  t.same(statusesOf(lifecycle), IN_SERVICE)
  t.equal(lifecycle.component, undefined)
  t.same(lines, [])
  t.end()
})

await t.test('an app that serves no longer is out of service with another reason until it serves again', async (t) => {
  let isServing = false
  const { lifecycle, clock, lines } = setUp(() => isServing)
  const serve = (): void => {
    isServing = true
    lifecycle.serves()
  }
  serve()
  t.equal(lifecycle.component, undefined)
  isServing = false
  const stopped = clock.date().toISOString()
  for (let read = 0; read < 2; read++) {
    t.same(statusesOf(lifecycle), OUT_OF_SERVICE)
    const details = { reason: 'the app listens no longer' }
    t.same(lifecycle.component, { status: 'OUT_OF_SERVICE', details, time: stopped, since: stopped })
    await clock.pass(1_000)
  }
  serve()
  t.same(statusesOf(lifecycle), IN_SERVICE)
  t.same(lifecycle.inService, { status: 'UP', since: clock.date().toISOString() })
  t.same(lines, [])
})

await t.test('a change before the app serves is logged and stays afterwards', (t) => {
  let isServing = false
  const { lifecycle, lines } = setUp(() => isServing)
  lifecycle.takeOutOfService('the cache is being built')
  t.match(lifecycle.component, { details: { reason: 'the cache is being built' } })
  isServing = true
  t.same(statusesOf(lifecycle), OUT_OF_SERVICE)
  lifecycle.putInService()
  t.same(statusesOf(lifecycle), IN_SERVICE)
  t.match(lines, [{ from: 'UP', to: 'OUT_OF_SERVICE' }, { from: 'OUT_OF_SERVICE', to: 'UP' }])
  t.end()
})

await t.test('an app that is broken or closed before it serves shows that state', (t) => {
  const { lifecycle } = setUp(() => false)
  lifecycle.markBroken('the worker is gone')
  t.same(statusesOf(lifecycle), BROKEN)
  const closed = setUp(() => false).lifecycle
  closed.close()
  t.match(closed.component, { details: { reason: 'closing' } })
  t.end()
})

await t.test('takeOutOfService() makes readiness and health OUT_OF_SERVICE', (t) => {
  const { lifecycle } = setUp()
  lifecycle.takeOutOfService('the cache is being rebuilt')
  t.same(statusesOf(lifecycle), OUT_OF_SERVICE)
  t.end()
})

await t.test('markBroken() makes liveness, readiness and health DOWN', (t) => {
  const { lifecycle } = setUp()
  lifecycle.markBroken('the worker is gone')
  t.same(statusesOf(lifecycle), BROKEN)
  t.end()
})

await t.test('putInService() makes every kind UP and removes the component', (t) => {
  const { lifecycle } = setUp()
  lifecycle.takeOutOfService('the cache is being rebuilt')
  lifecycle.putInService()
  t.same(statusesOf(lifecycle), IN_SERVICE)
  t.equal(lifecycle.component, undefined)
  t.end()
})

await t.test('putInService() has no effect on an app in service', (t) => {
  const { lifecycle, lines } = setUp()
  lifecycle.putInService()
  t.same(statusesOf(lifecycle), IN_SERVICE)
  t.same(lines, [])
  t.end()
})

await t.test('component contains the status, the reason and the time of the change', async (t) => {
  const { lifecycle, clock } = setUp()
  await clock.pass(5_000)
  lifecycle.takeOutOfService('the cache is being rebuilt')
  await clock.pass(5_000)
  t.same(lifecycle.component, {
    status: 'OUT_OF_SERVICE',
    details: { reason: 'the cache is being rebuilt' },
    time: '1970-01-01T00:00:05.000Z',
    since: '1970-01-01T00:00:05.000Z'
  })
  lifecycle.markBroken('the worker is gone')
  t.same(lifecycle.component, {
    status: 'DOWN',
    details: { reason: 'the worker is gone' },
    time: '1970-01-01T00:00:10.000Z',
    since: '1970-01-01T00:00:10.000Z'
  })
})

await t.test('a second takeOutOfService() replaces the reason and logs nothing', (t) => {
  const { lifecycle, lines } = setUp()
  lifecycle.takeOutOfService('first')
  lifecycle.takeOutOfService('second')
  t.match(lifecycle.component, { status: 'OUT_OF_SERVICE', details: { reason: 'second' } })
  t.match(lines, [{ error: 'first' }])
  t.equal(lines.length, 1)
  t.end()
})

await t.test('a second markBroken() has no effect', async (t) => {
  const { lifecycle, clock, lines } = setUp()
  lifecycle.markBroken('first')
  await clock.pass(5_000)
  lifecycle.markBroken('second')
  const time = '1970-01-01T00:00:00.000Z'
  t.same(lifecycle.component, { status: 'DOWN', details: { reason: 'first' }, time, since: time })
  t.equal(lines.length, 1)
})

await t.test('broken outranks out of service in either order', async (t) => {
  const ways: readonly ((lifecycle: Lifecycle) => void)[] = [
    (lifecycle) => lifecycle.takeOutOfService('maintenance'),
    (lifecycle) => { void lifecycle.drain(0) },
    (lifecycle) => lifecycle.close()
  ]
  for (const takeOut of ways) {
    const [before, after] = [setUp(), setUp()]
    takeOut(before.lifecycle)
    before.lifecycle.markBroken('the worker is gone')
    after.lifecycle.markBroken('the worker is gone')
    takeOut(after.lifecycle)
    for (const { lifecycle, clock } of [before, after]) {
      await clock.pass(0)
      t.same(statusesOf(lifecycle), BROKEN)
      t.match(lifecycle.component, { status: 'DOWN', details: { reason: 'the worker is gone' } })
      lifecycle.putInService()
      t.same(statusesOf(lifecycle), BROKEN)
    }
  }
})

await t.test('putInService() has no effect when the app is broken, draining or closing', async (t) => {
  for (const [reason, takeOut] of PERMANENT) {
    const { lifecycle, clock, lines } = setUp()
    takeOut(lifecycle)
    const { component } = lifecycle
    const statuses = statusesOf(lifecycle)
    const logged = lines.length
    lifecycle.putInService()
    t.same(statusesOf(lifecycle), statuses)
    t.same(lifecycle.component, component)
    t.same(lines.slice(logged), [
      { level: 'debug', check: 'lifecycle', message: `putInService() has no effect: ${reason}` }
    ])
    await clock.pass(0)
  }
})

await t.test('takeOutOfService() has no effect when the app is broken, draining or closing', async (t) => {
  for (const [reason, takeOut] of PERMANENT) {
    const { lifecycle, clock, lines } = setUp()
    takeOut(lifecycle)
    const { component } = lifecycle
    const logged = lines.length
    lifecycle.takeOutOfService('maintenance')
    t.same(lifecycle.component, component)
    t.same(lines.slice(logged), [
      { level: 'debug', check: 'lifecycle', message: `takeOutOfService() has no effect: ${reason}` }
    ])
    await clock.pass(0)
  }
})

await t.test('putInService() has no effect after the drain has ended', async (t) => {
  const { lifecycle, clock } = setUp()
  const drained = lifecycle.drain(1_000)
  await clock.pass(1_000)
  await drained
  lifecycle.putInService()
  t.same(statusesOf(lifecycle), OUT_OF_SERVICE)
})

await t.test('drain() takes the app out of service at once and resolves exactly after the delay', async (t) => {
  const { lifecycle, clock } = setUp()
  const isResolved = watch(lifecycle.drain(5_000))
  t.same(statusesOf(lifecycle), OUT_OF_SERVICE)
  t.match(lifecycle.component, { details: { reason: 'draining' } })
  await clock.pass(4_999)
  t.equal(isResolved(), false)
  await clock.pass(1)
  t.equal(isResolved(), true)
  t.equal(clock.waiting, 0)
})

await t.test('drain(0) resolves at once', async (t) => {
  const { lifecycle, clock } = setUp()
  const isResolved = watch(lifecycle.drain(0))
  await clock.pass(0)
  t.equal(isResolved(), true)
  t.equal(clock.waiting, 0)
})

await t.test('drain() keeps the process alive until it resolves', async (t) => {
  const { lifecycle, clock } = setUp()
  const drained = lifecycle.drain(5_000)
  t.equal(clock.keepingAlive, 1)
  await clock.pass(5_000)
  await drained
  t.equal(clock.keepingAlive, 0)
})

await t.test('drain() changes the reason of an app that is out of service', async (t) => {
  const { lifecycle, clock, lines } = setUp()
  lifecycle.takeOutOfService('maintenance')
  const drained = lifecycle.drain(1_000)
  t.match(lifecycle.component, { status: 'OUT_OF_SERVICE', details: { reason: 'draining' } })
  t.equal(lines.length, 1, 'the status has not changed')
  await clock.pass(1_000)
  await drained
})

await t.test('drain() waits for the delay on a broken app, which stays broken', async (t) => {
  const { lifecycle, clock } = setUp()
  lifecycle.markBroken('the worker is gone')
  const isResolved = watch(lifecycle.drain(1_000))
  await clock.pass(999)
  t.equal(isResolved(), false)
  await clock.pass(1)
  t.equal(isResolved(), true)
  lifecycle.putInService()
  t.same(statusesOf(lifecycle), BROKEN)
})

await t.test('simultaneous drains resolve after their own delays and are logged once', async (t) => {
  const { lifecycle, clock, lines } = setUp()
  const [long, short] = [watch(lifecycle.drain(5_000)), watch(lifecycle.drain(1_000))]
  await clock.pass(1_000)
  t.same([long(), short()], [false, true])
  await clock.pass(4_000)
  t.same([long(), short()], [true, true])
  t.equal(clock.waiting, 0)
  t.equal(lines.length, 1)
})

await t.test('hurry() ends every drain at once, and the app stays out of service', async (t) => {
  const { lifecycle, clock } = setUp()
  const drains = [lifecycle.drain(5_000), lifecycle.drain(10_000)]
  lifecycle.hurry()
  t.equal(clock.waiting, 0)
  await Promise.all(drains)
  t.same(statusesOf(lifecycle), OUT_OF_SERVICE)
})

await t.test('close() ends every drain at once and leaves no timer', async (t) => {
  const { lifecycle, clock } = setUp()
  const drains = [lifecycle.drain(5_000), lifecycle.drain(10_000)]
  lifecycle.close()
  t.equal(clock.waiting, 0)
  await Promise.all(drains)
})

await t.test('drain() after close() resolves at once, without a timer', async (t) => {
  const { lifecycle, clock } = setUp()
  lifecycle.close()
  const drained = lifecycle.drain(5_000)
  t.equal(clock.waiting, 0)
  await drained
})

await t.test('close() takes the app out of service without a log line', (t) => {
  const { lifecycle, lines } = setUp()
  lifecycle.close()
  t.same(statusesOf(lifecycle), OUT_OF_SERVICE)
  t.match(lifecycle.component, { status: 'OUT_OF_SERVICE', details: { reason: 'closing' } })
  t.same(lines, [])
  t.end()
})

await t.test('markBroken() after close() makes the app DOWN without a log line', (t) => {
  const { lifecycle, lines } = setUp()
  lifecycle.close()
  lifecycle.markBroken('the worker is gone')
  t.same(statusesOf(lifecycle), BROKEN)
  t.same(lines, [])
  t.end()
})

await t.test('close() keeps the reason of an app that is out of service', async (t) => {
  const { lifecycle } = setUp()
  const drained = lifecycle.drain(5_000)
  lifecycle.close()
  lifecycle.close()
  t.match(lifecycle.component, { status: 'OUT_OF_SERVICE', details: { reason: 'draining' } })
  lifecycle.putInService()
  t.match(lifecycle.component, { status: 'OUT_OF_SERVICE', details: { reason: 'draining' } })
  await drained
})

await t.test('each change is logged once with its kinds: to UP as info, otherwise as warn', (t) => {
  const { lifecycle, lines } = setUp()
  lifecycle.takeOutOfService('maintenance')
  lifecycle.putInService()
  lifecycle.takeOutOfService('maintenance again')
  lifecycle.markBroken('the worker is gone')
  t.same(lines, [
    {
      level: 'warn',
      message: 'check "lifecycle" is OUT_OF_SERVICE: maintenance',
      check: 'lifecycle',
      kinds: ['readiness'],
      from: 'UP',
      to: 'OUT_OF_SERVICE',
      error: 'maintenance'
    },
    {
      level: 'info',
      message: 'check "lifecycle" is UP',
      check: 'lifecycle',
      kinds: ['readiness'],
      from: 'OUT_OF_SERVICE',
      to: 'UP',
      error: undefined
    },
    {
      level: 'warn',
      message: 'check "lifecycle" is OUT_OF_SERVICE: maintenance again',
      check: 'lifecycle',
      kinds: ['readiness'],
      from: 'UP',
      to: 'OUT_OF_SERVICE',
      error: 'maintenance again'
    },
    {
      level: 'warn',
      message: 'check "lifecycle" is DOWN: the worker is gone',
      check: 'lifecycle',
      kinds: ['liveness', 'readiness'],
      from: 'OUT_OF_SERVICE',
      to: 'DOWN',
      error: 'the worker is gone'
    }
  ])
  t.end()
})

await t.test('drain() is logged with its reason', async (t) => {
  const { lifecycle, clock, lines } = setUp()
  const drained = lifecycle.drain(0)
  t.match(lines, [{ level: 'warn', kinds: ['readiness'], from: 'UP', to: 'OUT_OF_SERVICE', error: 'draining' }])
  t.equal(lines.length, 1)
  await clock.pass(0)
  await drained
})

await t.test('putInService() has no effect in a subscriber of the change to broken or draining', async (t) => {
  for (const [, takeOut] of PERMANENT.slice(0, 2)) {
    const { lifecycle, clock } = setUp()
    let changes = 0
    const putBack = (): void => {
      changes += 1
      lifecycle.putInService()
    }
    subscribe(CHANGES, putBack)
    takeOut(lifecycle)
    unsubscribe(CHANGES, putBack)
    t.equal(changes, 1)
    t.not(lifecycle.statusFor('readiness'), 'UP')
    await clock.pass(0)
  }
})

await t.test('secrets in a reason are redacted in the component and the log', (t) => {
  for (const method of ['takeOutOfService', 'markBroken'] as const) {
    const { lifecycle, lines } = setUp()
    lifecycle[method]('postgres://u:p@db is away')
    t.match(lifecycle.component, { details: { reason: 'postgres://[REDACTED]@db is away' } })
    t.match(lines, [{ error: 'postgres://[REDACTED]@db is away' }])
  }
  t.end()
})

await t.test('a reason is truncated to 1,000 characters in the component and the log', (t) => {
  for (const method of ['takeOutOfService', 'markBroken'] as const) {
    const { lifecycle, lines } = setUp()
    lifecycle[method]('x'.repeat(2_000))
    const reason = `${'x'.repeat(1_000)}…`
    t.same(lifecycle.component?.details, { reason })
    t.equal(lines[0]?.['error'], reason)
  }
  t.end()
})

await t.test('no call throws in any state, in any order', async (t) => {
  const calls: readonly ((lifecycle: Lifecycle) => unknown)[] = [
    (lifecycle) => lifecycle.takeOutOfService('maintenance'),
    (lifecycle) => lifecycle.putInService(),
    (lifecycle) => lifecycle.markBroken('the worker is gone'),
    async (lifecycle) => await lifecycle.drain(0),
    (lifecycle) => lifecycle.hurry(),
    (lifecycle) => lifecycle.close()
  ]
  for (const first of calls) {
    for (const second of calls) {
      for (const third of calls) {
        const { lifecycle, clock } = setUp()
        const returned = [first, second, third].map((call) => call(lifecycle))
        await clock.pass(0)
        await Promise.all(returned)
        if (clock.waiting > 0) t.fail('a timer is left')
      }
    }
  }
})

await t.test('putInService() does not throw when the logger throws', async (t) => {
  const { lifecycle } = setUp(() => true, { debug: () => { throw new Error('the logger is broken') } })
  lifecycle.close()
  const warned = once(process, 'warning')
  lifecycle.putInService()
  t.match((await warned)[0], { message: 'the logger failed to log: putInService() has no effect: the app is closing' })
})

await t.test('portFails() takes the app out of service until portAnswers(), with one line each', (t) => {
  const { lifecycle, lines } = setUp()
  lifecycle.portFails('the port of the app gives no answer')
  t.same(statusesOf(lifecycle), OUT_OF_SERVICE)
  t.match(lifecycle.component, { details: { reason: 'the port of the app gives no answer' } })
  lifecycle.putInService()
  t.same(statusesOf(lifecycle), OUT_OF_SERVICE, 'putInService() ends only takeOutOfService()')
  lifecycle.portAnswers()
  t.same(statusesOf(lifecycle), IN_SERVICE)
  t.match(lines, [
    { from: 'UP', to: 'OUT_OF_SERVICE', error: 'the port of the app gives no answer' },
    { from: 'OUT_OF_SERVICE', to: 'UP' }
  ])
  t.equal(lines.length, 2)
  t.end()
})

await t.test('portAnswers() does not end takeOutOfService()', (t) => {
  const { lifecycle } = setUp()
  lifecycle.takeOutOfService('maintenance')
  lifecycle.portFails('no answer')
  lifecycle.portAnswers()
  t.match(lifecycle.component, { status: 'OUT_OF_SERVICE', details: { reason: 'maintenance' } })
  t.end()
})

await t.test('portFails() has no effect and logs nothing when the app is out of service for good', (t) => {
  for (const [reason, end] of PERMANENT) {
    const { lifecycle, lines } = setUp()
    end(lifecycle)
    const [before, logged] = [statusesOf(lifecycle), lines.length]
    lifecycle.portFails('no answer')
    t.same([statusesOf(lifecycle), lines.length], [before, logged], reason)
    t.notMatch(lifecycle.component, { details: { reason: 'no answer' } })
  }
  t.end()
})
