import { AsyncLocalStorage } from 'node:async_hooks'
import { channel, subscribe, unsubscribe } from 'node:diagnostics_channel'
import { once } from 'node:events'
import type { FastifyInstance } from 'fastify'
import { inspect } from 'node:util'
import t from 'tap'
import { toCheckResult } from '../../lib/checks/kit/result.js'
import type { CheckFunction } from '../../lib/health/check/check-function.js'
import { Check } from '../../lib/health/check/check.js'
import { HealthEngine } from '../../lib/health/engine.js'
import { Events } from '../../lib/health/events.js'
import type { CheckRunMessage, StatusChangeMessage } from '../../lib/options/fastify-types.js'
import { Kinds } from '../../lib/health/kind.js'
import { policyOf } from '../../lib/health/check/options.js'
import { unstartedApp } from '../support/app.js'
import { ManualClock } from '../support/clock.js'
import { RecordingLog } from '../support/log.js'

type Test = Pick<typeof t, 'teardown'>

interface Setting {
  readonly engine: HealthEngine
  readonly clock: ManualClock
  readonly log: RecordingLog
  readonly fastify: FastifyInstance
}

/** A logger whose warnings cannot be written. */
class FailingLog extends RecordingLog {
  override warn = (): never => { throw new Error('syslog://u:p@log is away') }

  override child (): this {
    return this
  }
}

/** A copy of a run's tracing message at one of its events. */
interface TracedEvent extends CheckRunMessage {
  readonly event: string
}

const RUNS = 'tracing:fastify-management-endpoints:check'
const CHANGES = 'fastify-management-endpoints:status'
const EVENTS = ['start', 'end', 'asyncStart', 'asyncEnd', 'error'] as const

function setUp (log = new RecordingLog()): Setting {
  const clock = new ManualClock()
  const fastify = unstartedApp(log)
  return {
    engine: new HealthEngine(new Kinds(), { log, owner: fastify, clock, defaults: {}, isServing: () => true }),
    clock,
    log,
    fastify
  }
}

/** Subscribes to a channel until the end of the test. */
function listen (test: Test, name: string, listener: (message: unknown) => void): void {
  subscribe(name, listener)
  test.teardown(() => unsubscribe(name, listener))
}

/** Records the tracing events of all runs. */
function traceRuns (test: Test): readonly TracedEvent[] {
  const traced: TracedEvent[] = []
  for (const event of EVENTS) {
    listen(test, `${RUNS}:${event}`, (message) => traced.push({ event, ...message as CheckRunMessage }))
  }
  return traced
}

/** Records the messages of all status changes. */
function recordChanges (test: Test): readonly StatusChangeMessage[] {
  const changes: StatusChangeMessage[] = []
  listen(test, CHANGES, (message) => changes.push(message as StatusChangeMessage))
  return changes
}

function namesOf (traced: readonly TracedEvent[]): string[] {
  return traced.map(({ event }) => event)
}

/** Returns the messages of one event of each run, without the app. */
function messagesOf (traced: readonly TracedEvent[], event: 'start' | 'asyncEnd'): Omit<TracedEvent, 'fastify'>[] {
  return traced.filter((message) => message.event === event).map(({ fastify, ...message }) => message)
}

function startsOf (traced: readonly TracedEvent[]): Omit<TracedEvent, 'fastify'>[] {
  return messagesOf(traced, 'start')
}

function endingsOf (traced: readonly TracedEvent[]): Omit<TracedEvent, 'fastify'>[] {
  return messagesOf(traced, 'asyncEnd')
}

/** Requests a report and lets `durationMs` pass for it. */
async function report ({ engine, clock }: Setting, kind = 'readiness', durationMs = 0): Promise<void> {
  const reported = engine.report({ kind })
  await clock.pass(durationMs)
  await reported
}

const hang = (): Promise<void> => new Promise(() => undefined)

await t.test('the start message of a run contains the check, its kinds and the counters only', async (t) => {
  const traced = traceRuns(t)
  const setting = setUp()
  setting.engine.add(['readiness', 'liveness'], 'db', () => true, {})
  await report(setting)
  t.same(startsOf(traced), [
    { event: 'start', check: 'db', kinds: ['readiness', 'liveness'], attempt: 1, abandoned: 0 }
  ])
  t.equal(traced[0]?.fastify, setting.fastify)
})

await t.test('the last message of a run contains its result and its duration', async (t) => {
  const traced = traceRuns(t)
  const setting = setUp()
  const wait = async (): Promise<void> => await new Promise((resolve) => { setting.clock.inBackground(30, resolve) })
  setting.engine.add(['readiness'], 'passes', wait, {})
  setting.engine.add(['readiness'], 'fails', async () => { await wait(); throw new Error('refused') }, {})
  await report(setting, 'readiness', 30)
  const [passed, failed] = endingsOf(traced)
  t.match(passed, { check: 'passes', attempt: 1, abandoned: 0, durationMs: 30 })
  t.same(passed?.result, { status: 'UP', time: '1970-01-01T00:00:00.030Z', durationMs: 30 })
  t.match(failed, { check: 'fails', attempt: 1, abandoned: 0, durationMs: 30 })
  t.same(failed?.result, {
    status: 'DOWN',
    details: { error: 'refused' },
    time: '1970-01-01T00:00:00.030Z',
    durationMs: 30
  })
})

await t.test('a synchronous run is traced like an asynchronous run, without an error event if it fails', async (t) => {
  const traced = traceRuns(t)
  const setting = setUp()
  setting.engine.add(['readiness'], 'db', () => { throw new Error('refused') }, {})
  await report(setting)
  t.same(namesOf(traced), ['start', 'end', 'asyncStart', 'asyncEnd'])
  t.match(endingsOf(traced), [{ result: { status: 'DOWN', details: { error: 'refused' } }, durationMs: 0 }])
  t.notOk(traced.some((message) => 'error' in message))
})

await t.test('an asynchronous run is traced at its start and at its end', async (t) => {
  const traced = traceRuns(t)
  const { engine, clock } = setUp()
  engine.add(
    ['readiness'],
    'db',
    async () => { await new Promise<void>((resolve) => { clock.inBackground(30, resolve) }) },
    {}
  )
  const reported = engine.report({ kind: 'readiness' })
  await clock.pass(29)
  t.same(namesOf(traced), ['start', 'end'])
  await clock.pass(1)
  await reported
  t.same(namesOf(traced), ['start', 'end', 'asyncStart', 'asyncEnd'])
})

await t.test('all events of a run share one message object', async (t) => {
  const messages: unknown[] = []
  for (const event of EVENTS) listen(t, `${RUNS}:${event}`, (message) => messages.push(message))
  const setting = setUp()
  setting.engine.add(['readiness'], 'db', () => true, {})
  await report(setting)
  t.equal(messages.length, 4)
  t.equal(new Set(messages).size, 1)
})

await t.test('a run that times out ends with DOWN and counts as abandoned', async (t) => {
  const traced = traceRuns(t)
  const setting = setUp()
  setting.engine.add(['readiness'], 'db', hang, {})
  await report(setting, 'readiness', 800)
  t.same(namesOf(traced), ['start', 'end', 'asyncStart', 'asyncEnd'])
  t.match(startsOf(traced), [{ abandoned: 0 }])
  t.match(endingsOf(traced), [
    {
      abandoned: 1,
      durationMs: 800,
      result: { status: 'DOWN', details: { error: 'timed out after 800 ms' }, durationMs: 800 }
    }
  ])
})

await t.test('attempt counts timeouts in a row and restarts after a run in time', async (t) => {
  const traced = traceRuns(t)
  const setting = setUp()
  let hangs = true
  setting.engine.add(['readiness'], 'db', () => hangs ? hang() : true, {})
  for (let run = 0; run < 2; run++) {
    await report(setting, 'readiness', 800)
    await setting.clock.pass(10_000)
  }
  hangs = false
  await report(setting)
  await report(setting)
  t.match(startsOf(traced), [
    { attempt: 1, abandoned: 0 },
    { attempt: 2, abandoned: 1 },
    { attempt: 3, abandoned: 2 },
    { attempt: 1, abandoned: 2 }
  ])
  t.match(endingsOf(traced), [
    { attempt: 1, abandoned: 1, result: { status: 'DOWN' } },
    { attempt: 2, abandoned: 2, result: { status: 'DOWN' } },
    { attempt: 3, abandoned: 2, result: { status: 'UP' } },
    { attempt: 1, abandoned: 2, result: { status: 'UP' } }
  ])
})

await t.test('abandoned excludes calls that have settled during the run', async (t) => {
  const traced = traceRuns(t)
  const setting = setUp()
  const calls: ((passes: boolean) => void)[] = []
  setting.engine.add(
    ['readiness'],
    'db',
    async () => await new Promise<boolean>((resolve) => { calls.push(resolve) }),
    {}
  )
  await report(setting, 'readiness', 800)
  await setting.clock.pass(800)
  const second = setting.engine.report({ kind: 'readiness' })
  calls[0]?.(false)
  await setting.clock.pass(0)
  calls[1]?.(true)
  await second
  await setting.clock.pass(0)
  t.same(startsOf(traced).map(({ abandoned }) => abandoned), [0, 1])
  t.same(endingsOf(traced).map(({ abandoned }) => abandoned), [1, 0])
})

await t.test('a run that the back-off skips is not traced', async (t) => {
  const traced = traceRuns(t)
  const setting = setUp()
  setting.engine.add(['readiness'], 'db', hang, {})
  await report(setting, 'readiness', 800)
  const { length } = traced
  await report(setting)
  t.equal(traced.length, length)
})

await t.test('a run shared by several reports is traced once', async (t) => {
  const traced = traceRuns(t)
  const { engine, clock } = setUp()
  engine.add(
    ['readiness', 'liveness'],
    'db',
    async () => { await new Promise<void>((resolve) => { clock.inBackground(30, resolve) }) },
    {}
  )
  const reports = Promise.all(['readiness', 'liveness', 'health'].map(async (kind) => await engine.report({ kind })))
  await clock.pass(30)
  await reports
  t.same(namesOf(traced), ['start', 'end', 'asyncStart', 'asyncEnd'])
})

await t.test('background runs are traced', async (t) => {
  const traced = traceRuns(t)
  const { engine, clock } = setUp()
  t.teardown(() => engine.close())
  engine.add(['readiness'], 'db', () => true, { interval: 1_000 })
  engine.start()
  await clock.pass(1_050)
  t.same(endingsOf(traced).map(({ result }) => result?.status), ['UP', 'UP'])
})

await t.test('the traced result ignores thresholds and failureStatus', async (t) => {
  const traced = traceRuns(t)
  const changes = recordChanges(t)
  const setting = setUp()
  let passes = true
  setting.engine.add(['readiness'], 'patient', () => passes, { failureThreshold: 2 })
  setting.engine.add(['readiness'], 'mild', () => passes, { failureStatus: 'DEGRADED' })
  await report(setting)
  passes = false
  await report(setting)
  t.match(endingsOf(traced).slice(2), [
    { check: 'patient', result: { status: 'DOWN' } },
    { check: 'mild', result: { status: 'DOWN' } }
  ])
  t.same(changes.map(({ check, to }) => [check, to]), [['patient', 'UP'], ['mild', 'UP'], ['mild', 'DEGRADED']])
})

await t.test('a subscriber that modifies a result does not change the report', async (t) => {
  listen(
    t,
    `${RUNS}:asyncEnd`,
    (message) => { Object.assign((message as CheckRunMessage).result ?? {}, { status: 'UP' }) }
  )
  const setting = setUp()
  setting.engine.add(['readiness'], 'db', () => false, { ttl: 1_000 })
  await report(setting)
  t.match(await setting.engine.report({ kind: 'readiness' }), {
    status: 'DOWN',
    components: { db: { status: 'DOWN' } }
  })
})

await t.test('a run cancelled by remove() or close() is traced with an AbortError and no result', async (t) => {
  const ways: readonly ((engine: HealthEngine) => unknown)[] = [
    (engine) => engine.remove('db'),
    (engine) => engine.close()
  ]
  for (const cancel of ways) {
    const traced = traceRuns(t)
    const { engine, clock } = setUp()
    engine.add(['readiness'], 'db', hang, {})
    const reported = engine.report({ kind: 'readiness' })
    cancel(engine)
    await reported
    await clock.pass(0)
    t.same(namesOf(traced), ['start', 'end', 'error', 'asyncStart', 'asyncEnd'])
    const [{ error, ...rest } = {}] = endingsOf(traced)
    t.match(error, { name: 'AbortError' })
    t.same(rest, { event: 'asyncEnd', check: 'db', kinds: ['readiness'], attempt: 1, abandoned: 0 })
  }
})

await t.test('a check that removes itself is traced with an AbortError', async (t) => {
  const traced = traceRuns(t)
  const setting = setUp()
  setting.engine.add(['readiness'], 'db', () => setting.engine.remove('db'), {})
  await report(setting)
  t.match(endingsOf(traced), [{ kinds: ['readiness'], error: { name: 'AbortError' } }])
})

await t.test('a check that a subscriber removes at the start event is not called', async (t) => {
  const setting = setUp()
  listen(t, `${RUNS}:start`, () => setting.engine.remove('db'))
  const traced = traceRuns(t)
  setting.engine.add(['readiness'], 'db', () => { t.fail('was removed') }, {})
  await report(setting)
  t.match(endingsOf(traced), [{ kinds: ['readiness'], error: { name: 'AbortError' } }])
})

await t.test('a store bound to the start channel is visible in the check and nowhere else', async (t) => {
  const storage = new AsyncLocalStorage<string>()
  const start = channel(`${RUNS}:start`)
  start.bindStore(storage, (message) => `span of ${(message as CheckRunMessage).check}`)
  t.teardown(() => start.unbindStore(storage))
  const setting = setUp()
  const seen: unknown[] = []
  setting.engine.add(['readiness'], 'sync', () => { seen.push(storage.getStore()) }, {})
  setting.engine.add(['readiness'], 'async', async () => {
    seen.push(storage.getStore())
    await new Promise<void>((resolve) => { setting.clock.inBackground(30, resolve) })
    seen.push(storage.getStore())
  }, {})
  await report(setting, 'readiness', 30)
  t.same(seen, ['span of sync', 'span of async', 'span of async'])
  t.equal(storage.getStore(), undefined)
})

await t.test('isTracing is true while any event of runs has a subscriber', (t) => {
  const { log, fastify, clock } = setUp()
  const { isTracing, ...others } = Object.getOwnPropertyDescriptors(new Events(log, fastify, clock).of(() => []))
  t.same(Object.keys(others), ['trace', 'ran', 'changed', 'hangs', 'listenerFailed'])
  const read = (): unknown => isTracing.get?.()
  t.equal(read(), false)
  for (const event of EVENTS) {
    const listener = (): void => undefined
    subscribe(`${RUNS}:${event}`, listener)
    t.equal(read(), true, event)
    unsubscribe(`${RUNS}:${event}`, listener)
    t.equal(read(), false, event)
  }
  t.end()
})

await t.test('a run creates no message while there is no subscriber', async (t) => {
  const { clock, fastify, log } = setUp()
  let readings = 0
  const observer = new Events(log, fastify, clock).of(() => {
    readings += 1
    return ['readiness']
  })
  const check = new Check('db', () => true, policyOf({}), { clock, log, observer, runningKinds: () => [] })
  await check.result(clock.now())
  const readingsOfTheChange = readings
  for (let run = 0; run < 3; run++) await check.result(clock.now())
  t.equal(readings, readingsOfTheChange)
  traceRuns(t)
  await check.result(clock.now())
  t.equal(readings, readingsOfTheChange + 1)
})

await t.test('a run that began before the subscription is not traced', async (t) => {
  const { engine, clock } = setUp()
  engine.add(
    ['readiness'],
    'db',
    async () => { await new Promise<void>((resolve) => { clock.inBackground(30, resolve) }) },
    {}
  )
  const reported = engine.report({ kind: 'readiness' })
  const traced = traceRuns(t)
  await clock.pass(30)
  await reported
  t.same(namesOf(traced), [])
})

await t.test('a change of the shown status is published once, with its reason and duration', async (t) => {
  const changes = recordChanges(t)
  const setting = setUp()
  let works = false
  setting.engine.add(['readiness', 'liveness'], 'db', async () => {
    await new Promise<void>((resolve) => { setting.clock.inBackground(30, resolve) })
    if (!works) throw new Error('postgres://u:p@db is away')
  }, {})
  await report(setting, 'readiness', 30)
  await report(setting, 'readiness', 30)
  works = true
  await report(setting, 'readiness', 30)
  await report(setting, 'readiness', 30)
  t.same(changes.map(({ fastify, err, ...change }) => change), [
    {
      check: 'db',
      kinds: ['readiness', 'liveness'],
      from: 'UNKNOWN',
      to: 'DOWN',
      error: 'postgres://[REDACTED]@db is away',
      durationMs: 30
    },
    { check: 'db', kinds: ['readiness', 'liveness'], from: 'DOWN', to: 'UP', error: undefined, durationMs: 30 }
  ])
  t.ok(changes.every(({ fastify }) => fastify === setting.fastify))
})

await t.test('a first result is published as a change from UNKNOWN, and logged unless it is UP', async (t) => {
  const changes = recordChanges(t)
  const setting = setUp()
  setting.engine.add(['readiness'], 'well', () => true, {})
  setting.engine.add(['readiness'], 'limited', () => ({ status: 'DEGRADED' }), {})
  await report(setting)
  t.same(changes.map(({ check, from, to }) => [check, from, to]), [
    ['well', 'UNKNOWN', 'UP'],
    ['limited', 'UNKNOWN', 'DEGRADED']
  ])
  t.match(setting.log.lines, [{ level: 'warn', message: 'check "limited" is DEGRADED' }])
  t.equal(setting.log.lines.length, 1)
})

await t.test('a removal is published as a change to UNKNOWN, and not logged', async (t) => {
  const changes = recordChanges(t)
  const setting = setUp()
  setting.engine.add(['readiness'], 'db', () => false, {})
  await report(setting)
  setting.engine.remove('db')
  t.same(changes.slice(1).map(({ check, kinds, from, to, error }) => ({ check, kinds, from, to, error })), [
    { check: 'db', kinds: ['readiness'], from: 'DOWN', to: 'UNKNOWN', error: undefined }
  ])
  t.equal(setting.log.lines.length, 1, 'only the line for DOWN')
})

await t.test('the removal of a check without a result publishes no change', (t) => {
  const changes = recordChanges(t)
  const { engine } = setUp()
  engine.add(['readiness'], 'db', () => true, {})
  engine.remove('db')
  t.equal(changes.length, 0)
  t.end()
})

await t.test('close() publishes no changes', async (t) => {
  const setting = setUp()
  setting.engine.add(['readiness'], 'db', () => false, {})
  await report(setting)
  const changes = recordChanges(t)
  setting.engine.close()
  setting.engine.remove('db')
  t.equal(changes.length, 0)
})

await t.test('messages contain the kinds that the check has at that time', async (t) => {
  const traced = traceRuns(t)
  const changes = recordChanges(t)
  const setting = setUp()
  let works = true
  const check = (): boolean => works
  setting.engine.add(['readiness'], 'db', check, {})
  await report(setting)
  setting.engine.add(['liveness'], 'db', check, {})
  works = false
  await report(setting)
  t.same(endingsOf(traced).map(({ kinds }) => kinds), [['readiness'], ['readiness', 'liveness']])
  t.same(changes.map(({ kinds }) => kinds), [['readiness'], ['readiness', 'liveness']])
})

await t.test('a lifecycle change is published without a duration', (t) => {
  const changes = recordChanges(t)
  const { engine, fastify } = setUp()
  engine.lifecycle.takeOutOfService('maintenance')
  engine.lifecycle.markBroken('the worker is gone')
  t.same(changes.map(({ fastify, ...change }) => change), [
    { check: 'lifecycle', kinds: ['readiness'], from: 'UP', to: 'OUT_OF_SERVICE', error: 'maintenance' },
    {
      check: 'lifecycle',
      kinds: ['liveness', 'readiness'],
      from: 'OUT_OF_SERVICE',
      to: 'DOWN',
      error: 'the worker is gone'
    }
  ])
  t.ok(changes.every((change) => change.fastify === fastify))
  t.end()
})

await t.test('messages contain the app that owns the check', async (t) => {
  const traced = traceRuns(t)
  const changes = recordChanges(t)
  const settings = [setUp(), setUp()]
  for (const setting of settings) {
    setting.engine.add(['readiness'], 'db', () => false, {})
    await report(setting)
  }
  const apps = settings.map(({ fastify }) => fastify)
  t.same(traced.filter(({ event }) => event === 'asyncEnd').map(({ fastify }) => apps.indexOf(fastify)), [0, 1])
  t.same(changes.map(({ fastify }) => apps.indexOf(fastify)), [0, 1])
})

await t.test('a log line of a change contains the check, its kinds and the reason', async (t) => {
  const setting = setUp()
  let works = false
  setting.engine.add(['readiness'], 'db', () => { if (!works) throw new Error('refused') }, {})
  await report(setting)
  works = true
  await report(setting)
  const common = { check: 'db', kinds: ['readiness'], durationMs: 0 }
  t.same(setting.log.lines.map(({ err: _err, ...line }) => line), [
    { ...common, level: 'warn', message: 'check "db" is DOWN: refused', from: 'UNKNOWN', to: 'DOWN', error: 'refused' },
    { ...common, level: 'info', message: 'check "db" is UP', from: 'DOWN', to: 'UP', error: undefined }
  ])
})

await t.test('a log message contains the reason in one line of at most 200 characters', async (t) => {
  const reasons = ['a\n\tb\u001b[31m\u2028c', 'x'.repeat(900), ' ']
  const messages = reasons.map(async (reason) => {
    const setting = setUp()
    setting.engine.add(['readiness'], 'db', () => ({ status: 'DOWN', details: { error: reason } }), {})
    await report(setting)
    return setting.log.lines[0]?.message
  })
  t.same(await Promise.all(messages), [
    'check "db" is DOWN: a\\n\\tb\\u{1b}[31m\\u{2028}c', `check "db" is DOWN: ${'x'.repeat(200)}…`, 'check "db" is DOWN'
  ])
})

await t.test('the error of a failed run is logged and published with its stack, once per change', async (t) => {
  const changes = recordChanges(t)
  const traced: unknown[] = []
  listen(t, `${RUNS}:asyncEnd`, (message) => traced.push((message as CheckRunMessage).err))
  const setting = setUp()
  let works = false
  setting.engine.add(['readiness'], 'db', async function readDatabase () {
    await Promise.resolve()
    if (!works) throw new TypeError('postgres://u:p@db is away', { cause: new Error('token=abcdef') })
  }, { failureThreshold: 2 })
  for (let run = 0; run < 2; run++) await report(setting)
  works = true
  await report(setting)
  works = false
  for (let run = 0; run < 3; run++) await report(setting)
  const { lines } = setting.log
  t.same(lines.map(({ err }) => err instanceof Error), [true, false, true])
  t.same(changes.map(({ err }) => err instanceof Error), [true, false, true])
  t.same(traced.map((err) => err instanceof Error), [true, true, false, true, true, true])
  t.match(lines[0]?.['err'], {
    name: 'TypeError',
    message: 'postgres://[REDACTED]@db is away',
    stack: /^TypeError: postgres:\/\/\[REDACTED\]@db is away\n {4}at .*readDatabase/,
    cause: { message: 'token=[REDACTED]' }
  })
  t.notMatch(inspect([lines, changes, traced]), /u:p@|abcdef/)
})

await t.test('the error of a result is logged, and answers contain no error', async (t) => {
  const functions: CheckFunction[] = [
    () => ({ status: 'DOWN', details: { error: new Error('refused') } }),
    () => new Error('refused') as unknown as boolean,
    async () => await toCheckResult({}, () => { throw new Error('refused') })
  ]
  for (const checkFunction of functions) {
    const setting = setUp()
    setting.engine.add(['readiness'], 'db', checkFunction, {})
    const { components } = await setting.engine.report({ kind: 'readiness' })
    t.match(setting.log.lines[0]?.['err'], { message: 'refused', stack: /^Error: refused\n {4}at / })
    t.match(JSON.stringify(components), /refused/)
    t.notMatch(JSON.stringify(components), /events\.test/)
  }
})

await t.test('a failure without an error is logged without an error', async (t) => {
  const functions: CheckFunction[] = [
    () => false,
    // eslint-disable-next-line @typescript-eslint/only-throw-error
    () => { throw 'refused' },
    () => ({ get status (): never { throw new Error('no') } }),
    () => ({ status: 'DOWN', get details (): never { throw new Error('no') } })
  ]
  for (const checkFunction of functions) {
    const setting = setUp()
    setting.engine.add(['readiness'], 'db', checkFunction, {})
    await report(setting)
    t.notOk('err' in (setting.log.lines[0] ?? {}))
  }
})

await t.test('a hanging check is logged with the number of its abandoned calls', async (t) => {
  const setting = setUp()
  setting.engine.add(['readiness'], 'db', hang, {})
  await report(setting, 'readiness', 800)
  await report(setting)
  t.same(setting.log.lines[1], {
    level: 'warn',
    message: 'check "db" hangs: a run that timed out has not ended',
    check: 'db',
    kinds: ['readiness'],
    abandoned: 1
  })
  t.equal(setting.log.lines.length, 2)
})

await t.test('a logger that throws does not break reports, and its message becomes a process warning', async (t) => {
  const changes = recordChanges(t)
  const { engine } = setUp(new FailingLog())
  engine.add(['readiness'], 'db', () => false, {})
  const warned = once(process, 'warning')
  t.match(await engine.report({ kind: 'readiness' }), { status: 'DOWN', components: { db: { status: 'DOWN' } } })
  t.match(await warned, [
    { message: 'the logger failed to log: check "db" is DOWN: the check returned false', detail: 'syslog://[REDACTED]@log is away' }
  ])
  t.same(changes.map(({ to }) => to), ['DOWN'], 'the change is still published')
})

await t.test('a logger that throws during background runs does not end the process or the runs', async (t) => {
  const { engine, clock } = setUp(new FailingLog())
  t.teardown(() => engine.close())
  let runs = 0
  engine.add(['readiness'], 'db', async () => { runs += 1; await hang() }, { interval: 1_000 })
  engine.start()
  const warned = once(process, 'warning')
  await clock.pass(800)
  t.match(await warned, [{ message: /^the logger failed to log: check "db" is DOWN: timed out/ }])
  t.match(await engine.report({ kind: 'readiness' }), {
    status: 'DOWN',
    components: { db: { details: { error: 'timed out after 800 ms' } } }
  })
  const warnedAgain = once(process, 'warning')
  await clock.pass(1_100)
  t.match(await warnedAgain, [
    { message: 'the logger failed to log: check "db" hangs: a run that timed out has not ended' }
  ])
  t.equal(runs, 2)
})
