import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import t from 'tap'
import { Lifecycle } from '../../lib/health/lifecycle.js'
import { Events } from '../../lib/health/events.js'
import type { Status } from '../../lib/health/status.js'
import { unstarted } from '../support/app.js'
import { ManualClock } from '../support/clock.js'
import { KeepingLog } from '../support/log.js'
import type { Line } from '../support/log.js'

interface Setting {
  readonly availability: Lifecycle
  readonly clock: ManualClock
  readonly lines: readonly Line[]
}

function setUp (isServing = (): boolean => true): Setting {
  const clock = new ManualClock()
  const log = new KeepingLog()
  return { availability: new Lifecycle(new Events(unstarted(log)), clock, isServing), clock, lines: log.lines }
}

const CHANGES = 'fastify-management-endpoints:status'

const KINDS = ['liveness', 'readiness', 'startup', 'health', 'canary'] as const

function statusesOf (availability: Lifecycle): Record<string, Status> {
  return Object.fromEntries(KINDS.map((kind) => [kind, availability.statusFor(kind)]))
}

const IN_SERVICE = { liveness: 'UP', readiness: 'UP', startup: 'UP', health: 'UP', canary: 'UP' }
const OUT_OF_SERVICE = { ...IN_SERVICE, readiness: 'OUT_OF_SERVICE', health: 'OUT_OF_SERVICE' }
const BROKEN = { ...IN_SERVICE, liveness: 'DOWN', readiness: 'DOWN', health: 'DOWN' }

/** Each way out of service for good, and what is said of it. */
const FOR_GOOD: readonly [string, (availability: Lifecycle) => void][] = [
  ['it is broken', (availability) => availability.markBroken('the worker is gone')],
  ['it is draining', (availability) => { void availability.drain(0) }],
  ['it is closing', (availability) => availability.close()]
]

/** Tells whether a promise has resolved. */
function watch (promise: Promise<unknown>): () => boolean {
  let isResolved = false
  void promise.then(() => { isResolved = true })
  return () => isResolved
}

await t.test('at first it is in service: every kind is UP, and nothing is shown or logged', (t) => {
  const { availability, lines } = setUp()
  t.same(statusesOf(availability), IN_SERVICE)
  t.equal(availability.component, undefined)
  t.same(lines, [])
  t.end()
})

await t.test('until it serves it is out of service, which nobody is told', (t) => {
  let isServing = false
  const { availability, lines } = setUp(() => isServing)
  t.same(statusesOf(availability), OUT_OF_SERVICE)
  t.match(availability.component, { status: 'OUT_OF_SERVICE', details: { reason: 'the app does not listen yet' }, time: String })
  isServing = true
  t.same(statusesOf(availability), IN_SERVICE)
  t.equal(availability.component, undefined)
  t.same(lines, [])
  t.end()
})

await t.test('what it is told before it serves is told on, and outlasts that', (t) => {
  let isServing = false
  const { availability, lines } = setUp(() => isServing)
  availability.takeOutOfService('the cache is being built')
  t.match(availability.component, { details: { reason: 'the cache is being built' } })
  isServing = true
  t.same(statusesOf(availability), OUT_OF_SERVICE)
  availability.putInService()
  t.same(statusesOf(availability), IN_SERVICE)
  t.match(lines, [{ from: 'UP', to: 'OUT_OF_SERVICE' }, { from: 'OUT_OF_SERVICE', to: 'UP' }])
  t.end()
})

await t.test('broken or closed before it serves, it says that', (t) => {
  const { availability } = setUp(() => false)
  availability.markBroken('the worker is gone')
  t.same(statusesOf(availability), BROKEN)
  const closed = setUp(() => false).availability
  closed.close()
  t.match(closed.component, { details: { reason: 'closing' } })
  t.end()
})

await t.test('out of service, readiness and health are OUT_OF_SERVICE and the other kinds stay UP', (t) => {
  const { availability } = setUp()
  availability.takeOutOfService('the cache is being rebuilt')
  t.same(statusesOf(availability), OUT_OF_SERVICE)
  t.end()
})

await t.test('broken, liveness, readiness and health are DOWN and the other kinds stay UP', (t) => {
  const { availability } = setUp()
  availability.markBroken('the worker is gone')
  t.same(statusesOf(availability), BROKEN)
  t.end()
})

await t.test('put back in service every kind is UP again, and nothing is shown', (t) => {
  const { availability } = setUp()
  availability.takeOutOfService('the cache is being rebuilt')
  availability.putInService()
  t.same(statusesOf(availability), IN_SERVICE)
  t.equal(availability.component, undefined)
  t.end()
})

await t.test('to put in service what is in service changes nothing', (t) => {
  const { availability, lines } = setUp()
  availability.putInService()
  t.same(statusesOf(availability), IN_SERVICE)
  t.same(lines, [])
  t.end()
})

await t.test('what is not in service is shown with its status, its reason and since when', async (t) => {
  const { availability, clock } = setUp()
  await clock.pass(5_000)
  availability.takeOutOfService('the cache is being rebuilt')
  await clock.pass(5_000)
  t.same(availability.component, { status: 'OUT_OF_SERVICE', details: { reason: 'the cache is being rebuilt' }, time: '1970-01-01T00:00:05.000Z' })
  availability.markBroken('the worker is gone')
  t.same(availability.component, { status: 'DOWN', details: { reason: 'the worker is gone' }, time: '1970-01-01T00:00:10.000Z' })
})

await t.test('taken out of service again, it is shown with the new reason, and no change is logged', (t) => {
  const { availability, lines } = setUp()
  availability.takeOutOfService('first')
  availability.takeOutOfService('second')
  t.match(availability.component, { status: 'OUT_OF_SERVICE', details: { reason: 'second' } })
  t.match(lines, [{ error: 'first' }])
  t.equal(lines.length, 1)
  t.end()
})

await t.test('broken a second time, it stays as it was broken first', async (t) => {
  const { availability, clock, lines } = setUp()
  availability.markBroken('first')
  await clock.pass(5_000)
  availability.markBroken('second')
  t.same(availability.component, { status: 'DOWN', details: { reason: 'first' }, time: '1970-01-01T00:00:00.000Z' })
  t.equal(lines.length, 1)
})

await t.test('broken weighs more than out of service, whichever was first', async (t) => {
  const ways: readonly ((availability: Lifecycle) => void)[] = [
    (availability) => availability.takeOutOfService('maintenance'),
    (availability) => { void availability.drain(0) },
    (availability) => availability.close()
  ]
  for (const takeOut of ways) {
    const [before, after] = [setUp(), setUp()]
    takeOut(before.availability)
    before.availability.markBroken('the worker is gone')
    after.availability.markBroken('the worker is gone')
    takeOut(after.availability)
    for (const { availability, clock } of [before, after]) {
      await clock.pass(0)
      t.same(statusesOf(availability), BROKEN)
      t.match(availability.component, { status: 'DOWN', details: { reason: 'the worker is gone' } })
      t.throws(() => availability.putInService(), { message: /it is broken/ })
    }
  }
})

await t.test('broken, draining or closing, it cannot be put in service', async (t) => {
  for (const [reason, takeOut] of FOR_GOOD) {
    const { availability, clock } = setUp()
    takeOut(availability)
    const statuses = statusesOf(availability)
    t.throws(() => availability.putInService(), { code: 'FST_MANAGEMENT_OUT_OF_SERVICE_FOR_GOOD', message: `the app cannot be put in service again: ${reason}` })
    t.same(statusesOf(availability), statuses)
    await clock.pass(0)
  }
})

await t.test('broken, draining or closing, it is not taken out of service for another reason', async (t) => {
  for (const [, takeOut] of FOR_GOOD) {
    const { availability, clock } = setUp()
    takeOut(availability)
    const { component } = availability
    availability.takeOutOfService('maintenance')
    t.same(availability.component, component)
    await clock.pass(0)
  }
})

await t.test('after the drain is over it still cannot be put in service', async (t) => {
  const { availability, clock } = setUp()
  const drained = availability.drain(1_000)
  await clock.pass(1_000)
  await drained
  t.throws(() => availability.putInService(), { code: 'FST_MANAGEMENT_OUT_OF_SERVICE_FOR_GOOD' })
  t.same(statusesOf(availability), OUT_OF_SERVICE)
})

await t.test('a drain takes it out of service at once, and resolves after the delay and not a millisecond before', async (t) => {
  const { availability, clock } = setUp()
  const isResolved = watch(availability.drain(5_000))
  t.same(statusesOf(availability), OUT_OF_SERVICE)
  t.match(availability.component, { details: { reason: 'draining' } })
  await clock.pass(4_999)
  t.equal(isResolved(), false)
  await clock.pass(1)
  t.equal(isResolved(), true)
  t.equal(clock.waiting, 0)
})

await t.test('a drain without a delay resolves without one', async (t) => {
  const { availability, clock } = setUp()
  const isResolved = watch(availability.drain(0))
  await clock.pass(0)
  t.equal(isResolved(), true)
  t.equal(clock.waiting, 0)
})

await t.test('a drain keeps the process alive, as somebody waits for it', async (t) => {
  const { availability, clock } = setUp()
  const drained = availability.drain(5_000)
  t.equal(clock.keepingAlive, 1)
  await clock.pass(5_000)
  await drained
  t.equal(clock.keepingAlive, 0)
})

await t.test('what is out of service already is draining from the drain on', async (t) => {
  const { availability, clock, lines } = setUp()
  availability.takeOutOfService('maintenance')
  const drained = availability.drain(1_000)
  t.match(availability.component, { status: 'OUT_OF_SERVICE', details: { reason: 'draining' } })
  t.equal(lines.length, 1, 'the status has not changed')
  await clock.pass(1_000)
  await drained
})

await t.test('what is broken can be drained, and stays broken', async (t) => {
  const { availability, clock } = setUp()
  availability.markBroken('the worker is gone')
  const isResolved = watch(availability.drain(1_000))
  await clock.pass(999)
  t.equal(isResolved(), false)
  await clock.pass(1)
  t.equal(isResolved(), true)
  t.throws(() => availability.putInService(), { message: /it is broken/ })
})

await t.test('several drains at once resolve each after its own delay, and are logged as one', async (t) => {
  const { availability, clock, lines } = setUp()
  const [long, short] = [watch(availability.drain(5_000)), watch(availability.drain(1_000))]
  await clock.pass(1_000)
  t.same([long(), short()], [false, true])
  await clock.pass(4_000)
  t.same([long(), short()], [true, true])
  t.equal(clock.waiting, 0)
  t.equal(lines.length, 1)
})

await t.test('hurried, every drain ends at once, and it stays out of service', async (t) => {
  const { availability, clock } = setUp()
  const drains = [availability.drain(5_000), availability.drain(10_000)]
  availability.hurry()
  t.equal(clock.waiting, 0)
  await Promise.all(drains)
  t.same(statusesOf(availability), OUT_OF_SERVICE)
})

await t.test('a close ends every drain at once, and leaves no timer', async (t) => {
  const { availability, clock } = setUp()
  const drains = [availability.drain(5_000), availability.drain(10_000)]
  availability.close()
  t.equal(clock.waiting, 0)
  await Promise.all(drains)
})

await t.test('after a close a drain resolves at once, without a timer', async (t) => {
  const { availability, clock } = setUp()
  availability.close()
  const drained = availability.drain(5_000)
  t.equal(clock.waiting, 0)
  await drained
})

await t.test('closing, it is out of service without a word', (t) => {
  const { availability, lines } = setUp()
  availability.close()
  t.same(statusesOf(availability), OUT_OF_SERVICE)
  t.match(availability.component, { status: 'OUT_OF_SERVICE', details: { reason: 'closing' } })
  t.same(lines, [])
  t.end()
})

await t.test('what breaks while the app closes is DOWN without a word', (t) => {
  const { availability, lines } = setUp()
  availability.close()
  availability.markBroken('the worker is gone')
  t.same(statusesOf(availability), BROKEN)
  t.same(lines, [])
  t.end()
})

await t.test('closing, what was out of service keeps its reason', async (t) => {
  const { availability } = setUp()
  const drained = availability.drain(5_000)
  availability.close()
  availability.close()
  t.match(availability.component, { status: 'OUT_OF_SERVICE', details: { reason: 'draining' } })
  t.throws(() => availability.putInService(), { message: /it is draining/ })
  await drained
})

await t.test('a change is logged once, with the kinds that it is for, info to UP and else warn', (t) => {
  const { availability, lines } = setUp()
  availability.takeOutOfService('maintenance')
  availability.putInService()
  availability.takeOutOfService('maintenance again')
  availability.markBroken('the worker is gone')
  t.same(lines, [
    { level: 'warn', message: 'check "lifecycle" is OUT_OF_SERVICE', check: 'lifecycle', kinds: ['readiness'], from: 'UP', to: 'OUT_OF_SERVICE', error: 'maintenance' },
    { level: 'info', message: 'check "lifecycle" is UP', check: 'lifecycle', kinds: ['readiness'], from: 'OUT_OF_SERVICE', to: 'UP', error: undefined },
    { level: 'warn', message: 'check "lifecycle" is OUT_OF_SERVICE', check: 'lifecycle', kinds: ['readiness'], from: 'UP', to: 'OUT_OF_SERVICE', error: 'maintenance again' },
    { level: 'warn', message: 'check "lifecycle" is DOWN', check: 'lifecycle', kinds: ['liveness', 'readiness'], from: 'OUT_OF_SERVICE', to: 'DOWN', error: 'the worker is gone' }
  ])
  t.end()
})

await t.test('a drain is logged with its reason', async (t) => {
  const { availability, clock, lines } = setUp()
  const drained = availability.drain(0)
  t.match(lines, [{ level: 'warn', kinds: ['readiness'], from: 'UP', to: 'OUT_OF_SERVICE', error: 'draining' }])
  t.equal(lines.length, 1)
  await clock.pass(0)
  await drained
})

await t.test('whoever is told that it is out of service for good cannot put it in service', async (t) => {
  for (const [, takeOut] of FOR_GOOD.slice(0, 2)) {
    const { availability, clock } = setUp()
    let told = 0
    const putBack = (): void => {
      told += 1
      t.throws(() => availability.putInService(), { code: 'FST_MANAGEMENT_OUT_OF_SERVICE_FOR_GOOD' })
    }
    subscribe(CHANGES, putBack)
    takeOut(availability)
    unsubscribe(CHANGES, putBack)
    t.equal(told, 1)
    await clock.pass(0)
  }
})

await t.test('secrets in a reason are neither shown nor logged', (t) => {
  for (const tell of ['takeOutOfService', 'markBroken'] as const) {
    const { availability, lines } = setUp()
    availability[tell]('postgres://u:p@db is away')
    t.match(availability.component, { details: { reason: 'postgres://[REDACTED]@db is away' } })
    t.match(lines, [{ error: 'postgres://[REDACTED]@db is away' }])
  }
  t.end()
})

await t.test('a reason is cut after 1,000 characters, where it is shown and where it is logged', (t) => {
  for (const tell of ['takeOutOfService', 'markBroken'] as const) {
    const { availability, lines } = setUp()
    availability[tell]('x'.repeat(2_000))
    const reason = `${'x'.repeat(1_000)}…`
    t.same(availability.component?.details, { reason })
    t.equal(lines[0]?.['error'], reason)
  }
  t.end()
})
