import { AsyncLocalStorage } from 'node:async_hooks'
import { channel, subscribe, unsubscribe } from 'node:diagnostics_channel'
import { once } from 'node:events'
import type { FastifyInstance } from 'fastify'
import t from 'tap'
import { Check } from '../../lib/health/check/check.js'
import { HealthEngine } from '../../lib/health/engine.js'
import { Events } from '../../lib/health/events.js'
import type { CheckRunMessage, StatusChangeMessage } from '../../lib/health/events.js'
import { Kinds } from '../../lib/health/kind.js'
import { policyOf } from '../../lib/health/check/policy.js'
import { unstarted } from '../support/app.js'
import { ManualClock } from '../support/clock.js'
import { KeepingLog } from '../support/log.js'

type Test = Pick<typeof t, 'teardown'>

interface Setting {
  readonly engine: HealthEngine
  readonly clock: ManualClock
  readonly log: KeepingLog
  readonly fastify: FastifyInstance
}

/** A logger whose warnings cannot be written. */
class FailingLog extends KeepingLog {
  override warn = (): never => { throw new Error('syslog://u:p@log is away') }

  override child (): this {
    return this
  }
}

/** What was told of a run at one of its events, as it was then. */
interface Told extends CheckRunMessage {
  readonly event: string
}

const RUNS = 'tracing:fastify-management-endpoints:check'
const CHANGES = 'fastify-management-endpoints:status'
const EVENTS = ['start', 'end', 'asyncStart', 'asyncEnd', 'error'] as const

function setUp (log = new KeepingLog()): Setting {
  const clock = new ManualClock()
  const fastify = unstarted(log)
  return { engine: new HealthEngine(new Kinds(), { fastify, clock, defaults: {}, isServing: () => true }), clock, log, fastify }
}

/** Listens to a channel up to the end of the test. */
function listen (test: Test, name: string, listener: (message: unknown) => void): void {
  subscribe(name, listener)
  test.teardown(() => unsubscribe(name, listener))
}

/** Keeps what is told of runs. */
function traceRuns (test: Test): readonly Told[] {
  const told: Told[] = []
  for (const event of EVENTS) listen(test, `${RUNS}:${event}`, (message) => told.push({ event, ...message as CheckRunMessage }))
  return told
}

/** Keeps what is told of changes. */
function keepChanges (test: Test): readonly StatusChangeMessage[] {
  const changes: StatusChangeMessage[] = []
  listen(test, CHANGES, (message) => changes.push(message as StatusChangeMessage))
  return changes
}

function namesOf (told: readonly Told[]): string[] {
  return told.map(({ event }) => event)
}

/** What was told at one event of each run, but for the app. */
function messagesOf (told: readonly Told[], event: 'start' | 'asyncEnd'): Omit<Told, 'fastify'>[] {
  return told.filter((message) => message.event === event).map(({ fastify, ...message }) => message)
}

function startsOf (told: readonly Told[]): Omit<Told, 'fastify'>[] {
  return messagesOf(told, 'start')
}

function endingsOf (told: readonly Told[]): Omit<Told, 'fastify'>[] {
  return messagesOf(told, 'asyncEnd')
}

/** Asks for a report, and lets so much time pass for it. */
async function report ({ engine, clock }: Setting, kind = 'readiness', durationMs = 0): Promise<void> {
  const reported = engine.report({ kind })
  await clock.pass(durationMs)
  await reported
}

const hang = (): Promise<void> => new Promise(() => undefined)

await t.test('before a run a subscriber is told which one it is, and no more', async (t) => {
  const told = traceRuns(t)
  const setting = setUp()
  setting.engine.add(['readiness', 'liveness'], 'db', () => true, {})
  await report(setting)
  t.same(startsOf(told), [{ event: 'start', check: 'db', kinds: ['readiness', 'liveness'], attempt: 1, abandoned: 0 }])
  t.equal(told[0]?.fastify, setting.fastify)
})

await t.test('after a run a subscriber is told what it came to and how long it took, whether it passed or failed', async (t) => {
  const told = traceRuns(t)
  const setting = setUp()
  const wait = async (): Promise<void> => await new Promise((resolve) => { setting.clock.inBackground(30, resolve) })
  setting.engine.add(['readiness'], 'passes', wait, {})
  setting.engine.add(['readiness'], 'fails', async () => { await wait(); throw new Error('refused') }, {})
  await report(setting, 'readiness', 30)
  const [passed, failed] = endingsOf(told)
  t.match(passed, { check: 'passes', attempt: 1, abandoned: 0, durationMs: 30 })
  t.same(passed?.result, { status: 'UP', time: '1970-01-01T00:00:00.030Z', durationMs: 30 })
  t.match(failed, { check: 'fails', attempt: 1, abandoned: 0, durationMs: 30 })
  t.same(failed?.result, { status: 'DOWN', details: { error: 'refused' }, time: '1970-01-01T00:00:00.030Z', durationMs: 30 })
})

await t.test('a check that answers at once is told of as one that answers later, without an error though it fails', async (t) => {
  const told = traceRuns(t)
  const setting = setUp()
  setting.engine.add(['readiness'], 'db', () => { throw new Error('refused') }, {})
  await report(setting)
  t.same(namesOf(told), ['start', 'end', 'asyncStart', 'asyncEnd'])
  t.match(endingsOf(told), [{ result: { status: 'DOWN', details: { error: 'refused' } }, durationMs: 0 }])
  t.notOk(told.some((message) => 'error' in message))
})

await t.test('a check that answers later is told of when it has begun, and again when it has answered', async (t) => {
  const told = traceRuns(t)
  const { engine, clock } = setUp()
  engine.add(['readiness'], 'db', async () => { await new Promise<void>((resolve) => { clock.inBackground(30, resolve) }) }, {})
  const reported = engine.report({ kind: 'readiness' })
  await clock.pass(29)
  t.same(namesOf(told), ['start', 'end'])
  await clock.pass(1)
  await reported
  t.same(namesOf(told), ['start', 'end', 'asyncStart', 'asyncEnd'])
})

await t.test('at each event of a run it is the same message', async (t) => {
  const messages: unknown[] = []
  for (const event of EVENTS) listen(t, `${RUNS}:${event}`, (message) => messages.push(message))
  const setting = setUp()
  setting.engine.add(['readiness'], 'db', () => true, {})
  await report(setting)
  t.equal(messages.length, 4)
  t.equal(new Set(messages).size, 1)
})

await t.test('a run that times out is DOWN, and abandoned from its end on', async (t) => {
  const told = traceRuns(t)
  const setting = setUp()
  setting.engine.add(['readiness'], 'db', hang, {})
  await report(setting, 'readiness', 800)
  t.same(namesOf(told), ['start', 'end', 'asyncStart', 'asyncEnd'])
  t.match(startsOf(told), [{ abandoned: 0 }])
  t.match(endingsOf(told), [{ abandoned: 1, durationMs: 800, result: { status: 'DOWN', details: { error: 'timed out after 800 ms' }, durationMs: 800 } }])
})

await t.test('the attempts of runs in a row that time out are counted, up to one that ends in time', async (t) => {
  const told = traceRuns(t)
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
  t.match(startsOf(told), [
    { attempt: 1, abandoned: 0 },
    { attempt: 2, abandoned: 1 },
    { attempt: 3, abandoned: 2 },
    { attempt: 1, abandoned: 2 }
  ])
  t.match(endingsOf(told), [
    { attempt: 1, abandoned: 1, result: { status: 'DOWN' } },
    { attempt: 2, abandoned: 2, result: { status: 'DOWN' } },
    { attempt: 3, abandoned: 2, result: { status: 'UP' } },
    { attempt: 1, abandoned: 2, result: { status: 'UP' } }
  ])
})

await t.test('the abandoned calls that have ended during a run are not counted at its end', async (t) => {
  const told = traceRuns(t)
  const setting = setUp()
  const calls: ((passes: boolean) => void)[] = []
  setting.engine.add(['readiness'], 'db', async () => await new Promise<boolean>((resolve) => { calls.push(resolve) }), {})
  await report(setting, 'readiness', 800)
  await setting.clock.pass(800)
  const second = setting.engine.report({ kind: 'readiness' })
  calls[0]?.(false)
  await setting.clock.pass(0)
  calls[1]?.(true)
  await second
  await setting.clock.pass(0)
  t.same(startsOf(told).map(({ abandoned }) => abandoned), [0, 1])
  t.same(endingsOf(told).map(({ abandoned }) => abandoned), [1, 0])
})

await t.test('a run that back-off skips is no run to tell of', async (t) => {
  const told = traceRuns(t)
  const setting = setUp()
  setting.engine.add(['readiness'], 'db', hang, {})
  await report(setting, 'readiness', 800)
  const { length } = told
  await report(setting)
  t.equal(told.length, length)
})

await t.test('a run for several who ask is told of once', async (t) => {
  const told = traceRuns(t)
  const { engine, clock } = setUp()
  engine.add(['readiness', 'liveness'], 'db', async () => { await new Promise<void>((resolve) => { clock.inBackground(30, resolve) }) }, {})
  const reports = Promise.all(['readiness', 'liveness', 'health'].map(async (kind) => await engine.report({ kind })))
  await clock.pass(30)
  await reports
  t.same(namesOf(told), ['start', 'end', 'asyncStart', 'asyncEnd'])
})

await t.test('a run in the background is told of', async (t) => {
  const told = traceRuns(t)
  const { engine, clock } = setUp()
  t.teardown(() => engine.close())
  engine.add(['readiness'], 'db', () => true, { interval: 1_000 })
  engine.start()
  await clock.pass(1_050)
  t.same(endingsOf(told).map(({ result }) => result?.status), ['UP', 'UP'])
})

await t.test('what a run came to is told as it is, whatever is shown', async (t) => {
  const told = traceRuns(t)
  const changes = keepChanges(t)
  const setting = setUp()
  let passes = true
  setting.engine.add(['readiness'], 'patient', () => passes, { failureThreshold: 2 })
  setting.engine.add(['readiness'], 'mild', () => passes, { failureStatus: 'DEGRADED' })
  await report(setting)
  passes = false
  await report(setting)
  t.match(endingsOf(told).slice(2), [{ check: 'patient', result: { status: 'DOWN' } }, { check: 'mild', result: { status: 'DOWN' } }])
  t.same(changes.map(({ check, to }) => [check, to]), [['patient', 'UP'], ['mild', 'UP'], ['mild', 'DEGRADED']])
})

await t.test('what a subscriber does to a result does not change what is shown', async (t) => {
  listen(t, `${RUNS}:asyncEnd`, (message) => { Object.assign((message as CheckRunMessage).result ?? {}, { status: 'UP' }) })
  const setting = setUp()
  setting.engine.add(['readiness'], 'db', () => false, { ttl: 1_000 })
  await report(setting)
  t.match(await setting.engine.report({ kind: 'readiness' }), { status: 'DOWN', components: { db: { status: 'DOWN' } } })
})

await t.test('a run that its removal, or the close, cancels is told of with an AbortError and no result', async (t) => {
  const ways: readonly ((engine: HealthEngine) => unknown)[] = [(engine) => engine.remove('db'), (engine) => engine.close()]
  for (const cancel of ways) {
    const told = traceRuns(t)
    const { engine, clock } = setUp()
    engine.add(['readiness'], 'db', hang, {})
    const reported = engine.report({ kind: 'readiness' })
    cancel(engine)
    await reported
    await clock.pass(0)
    t.same(namesOf(told), ['start', 'end', 'error', 'asyncStart', 'asyncEnd'])
    const [{ error, ...rest } = {}] = endingsOf(told)
    t.match(error, { name: 'AbortError' })
    t.same(rest, { event: 'asyncEnd', check: 'db', kinds: ['readiness'], attempt: 1, abandoned: 0 })
  }
})

await t.test('a check that removes itself while it is called is told of with an AbortError', async (t) => {
  const told = traceRuns(t)
  const setting = setUp()
  setting.engine.add(['readiness'], 'db', () => setting.engine.remove('db'), {})
  await report(setting)
  t.match(endingsOf(told), [{ kinds: ['readiness'], error: { name: 'AbortError' } }])
})

await t.test('a check that a subscriber removes when it is told of the start is not called', async (t) => {
  const setting = setUp()
  listen(t, `${RUNS}:start`, () => setting.engine.remove('db'))
  const told = traceRuns(t)
  setting.engine.add(['readiness'], 'db', () => { t.fail('was removed') }, {})
  await report(setting)
  t.match(endingsOf(told), [{ kinds: ['readiness'], error: { name: 'AbortError' } }])
})

await t.test('what is bound to the start of a run is seen in the check, to its end, and not outside', async (t) => {
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

await t.test('it is traced while somebody subscribes to any event of a run', (t) => {
  const { isTracing, ...others } = Object.getOwnPropertyDescriptors(new Events(setUp().fastify).of(() => []))
  t.same(Object.keys(others), ['trace', 'changed', 'hangs'])
  const ask = (): unknown => isTracing.get?.()
  t.equal(ask(), false)
  for (const event of EVENTS) {
    const listener = (): void => undefined
    subscribe(`${RUNS}:${event}`, listener)
    t.equal(ask(), true, event)
    unsubscribe(`${RUNS}:${event}`, listener)
    t.equal(ask(), false, event)
  }
  t.end()
})

await t.test('while nobody subscribes nothing is made to be told of a run', async (t) => {
  const { clock, fastify, log } = setUp()
  let readings = 0
  const observer = new Events(fastify).of(() => {
    readings += 1
    return ['readiness']
  })
  const check = new Check('db', () => true, policyOf({}), { clock, log, observer })
  await check.ask(clock.now())
  const readingsOfTheChange = readings
  for (let run = 0; run < 3; run++) await check.ask(clock.now())
  t.equal(readings, readingsOfTheChange)
  traceRuns(t)
  await check.ask(clock.now())
  t.equal(readings, readingsOfTheChange + 1)
})

await t.test('a run that began before somebody subscribed is not told of', async (t) => {
  const { engine, clock } = setUp()
  engine.add(['readiness'], 'db', async () => { await new Promise<void>((resolve) => { clock.inBackground(30, resolve) }) }, {})
  const reported = engine.report({ kind: 'readiness' })
  const told = traceRuns(t)
  await clock.pass(30)
  await reported
  t.same(namesOf(told), [])
})

await t.test('a change of what is shown is told of once, with what made it', async (t) => {
  const changes = keepChanges(t)
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
  t.same(changes.map(({ fastify, ...change }) => change), [
    { check: 'db', kinds: ['readiness', 'liveness'], from: 'UNKNOWN', to: 'DOWN', error: 'postgres://[REDACTED]@db is away', durationMs: 30 },
    { check: 'db', kinds: ['readiness', 'liveness'], from: 'DOWN', to: 'UP', error: undefined, durationMs: 30 }
  ])
  t.ok(changes.every(({ fastify }) => fastify === setting.fastify))
})

await t.test('a first result is told of as a change from UNKNOWN, but one that is UP is not logged', async (t) => {
  const changes = keepChanges(t)
  const setting = setUp()
  setting.engine.add(['readiness'], 'well', () => true, {})
  setting.engine.add(['readiness'], 'limited', () => ({ status: 'DEGRADED' }), {})
  await report(setting)
  t.same(changes.map(({ check, from, to }) => [check, from, to]), [['well', 'UNKNOWN', 'UP'], ['limited', 'UNKNOWN', 'DEGRADED']])
  t.match(setting.log.lines, [{ level: 'warn', message: 'check "limited" is DEGRADED' }])
  t.equal(setting.log.lines.length, 1)
})

await t.test('a removal is told of as a change to UNKNOWN, and not logged', async (t) => {
  const changes = keepChanges(t)
  const setting = setUp()
  setting.engine.add(['readiness'], 'db', () => false, {})
  await report(setting)
  setting.engine.remove('db')
  t.same(changes.slice(1).map(({ check, kinds, from, to, error }) => ({ check, kinds, from, to, error })), [
    { check: 'db', kinds: ['readiness'], from: 'DOWN', to: 'UNKNOWN', error: undefined }
  ])
  t.equal(setting.log.lines.length, 1, 'that it is DOWN')
})

await t.test('the removal of a check without a result is no change', (t) => {
  const changes = keepChanges(t)
  const { engine } = setUp()
  engine.add(['readiness'], 'db', () => true, {})
  engine.remove('db')
  t.equal(changes.length, 0)
  t.end()
})

await t.test('a close is told of neither as a change of the checks nor as one of the app', async (t) => {
  const setting = setUp()
  setting.engine.add(['readiness'], 'db', () => false, {})
  await report(setting)
  const changes = keepChanges(t)
  setting.engine.close()
  setting.engine.remove('db')
  t.equal(changes.length, 0)
})

await t.test('runs and changes are told of with the kinds that the check has at the time', async (t) => {
  const told = traceRuns(t)
  const changes = keepChanges(t)
  const setting = setUp()
  let works = true
  const check = (): boolean => works
  setting.engine.add(['readiness'], 'db', check, {})
  await report(setting)
  setting.engine.add(['liveness'], 'db', check, {})
  works = false
  await report(setting)
  t.same(endingsOf(told).map(({ kinds }) => kinds), [['readiness'], ['readiness', 'liveness']])
  t.same(changes.map(({ kinds }) => kinds), [['readiness'], ['readiness', 'liveness']])
})

await t.test('a change of the app\'s own state is told of, without a duration', (t) => {
  const changes = keepChanges(t)
  const { engine, fastify } = setUp()
  engine.availability.takeOutOfService('maintenance')
  engine.availability.markBroken('the worker is gone')
  t.same(changes.map(({ fastify, ...change }) => change), [
    { check: 'lifecycle', kinds: ['readiness'], from: 'UP', to: 'OUT_OF_SERVICE', error: 'maintenance' },
    { check: 'lifecycle', kinds: ['liveness', 'readiness'], from: 'OUT_OF_SERVICE', to: 'DOWN', error: 'the worker is gone' }
  ])
  t.ok(changes.every((change) => change.fastify === fastify))
  t.end()
})

await t.test('the checks of two apps are told apart', async (t) => {
  const told = traceRuns(t)
  const changes = keepChanges(t)
  const settings = [setUp(), setUp()]
  for (const setting of settings) {
    setting.engine.add(['readiness'], 'db', () => false, {})
    await report(setting)
  }
  const apps = settings.map(({ fastify }) => fastify)
  t.same(told.filter(({ event }) => event === 'asyncEnd').map(({ fastify }) => apps.indexOf(fastify)), [0, 1])
  t.same(changes.map(({ fastify }) => apps.indexOf(fastify)), [0, 1])
})

await t.test('a change is logged with the check, its kinds and the reason, info to UP and else warn', async (t) => {
  const setting = setUp()
  let works = false
  setting.engine.add(['readiness'], 'db', () => { if (!works) throw new Error('refused') }, {})
  await report(setting)
  works = true
  await report(setting)
  t.same(setting.log.lines, [
    { level: 'warn', message: 'check "db" is DOWN', check: 'db', kinds: ['readiness'], from: 'UNKNOWN', to: 'DOWN', error: 'refused', durationMs: 0 },
    { level: 'info', message: 'check "db" is UP', check: 'db', kinds: ['readiness'], from: 'DOWN', to: 'UP', error: undefined, durationMs: 0 }
  ])
})

await t.test('that a check hangs is logged with how many of its calls have not ended', async (t) => {
  const setting = setUp()
  setting.engine.add(['readiness'], 'db', hang, {})
  await report(setting, 'readiness', 800)
  await report(setting)
  t.same(setting.log.lines[1], { level: 'warn', message: 'check "db" hangs: a run that timed out has not ended', check: 'db', kinds: ['readiness'], abandoned: 1 })
  t.equal(setting.log.lines.length, 2)
})

await t.test('a logger that throws breaks no report, and what it failed to say is a warning of the process', async (t) => {
  const changes = keepChanges(t)
  const { engine } = setUp(new FailingLog())
  engine.add(['readiness'], 'db', () => false, {})
  const warned = once(process, 'warning')
  t.match(await engine.report({ kind: 'readiness' }), { status: 'DOWN', components: { db: { status: 'DOWN' } } })
  t.match(await warned, [{ message: 'the logger failed to say: check "db" is DOWN', detail: 'syslog://[REDACTED]@log is away' }])
  t.same(changes.map(({ to }) => to), ['DOWN'], 'whoever subscribes is told nevertheless')
})

await t.test('a logger that throws where nobody could catch it does not end the process: the run ends, and the next begins', async (t) => {
  const { engine, clock } = setUp(new FailingLog())
  t.teardown(() => engine.close())
  let runs = 0
  engine.add(['readiness'], 'db', async () => { runs += 1; await hang() }, { interval: 1_000 })
  engine.start()
  const warned = once(process, 'warning')
  await clock.pass(800)
  t.match(await warned, [{ message: 'the logger failed to say: check "db" is DOWN' }])
  t.match(await engine.report({ kind: 'readiness' }), { status: 'DOWN', components: { db: { details: { error: 'timed out after 800 ms' } } } })
  const warnedAgain = once(process, 'warning')
  await clock.pass(1_100)
  t.match(await warnedAgain, [{ message: 'the logger failed to say: check "db" hangs: a run that timed out has not ended' }])
  t.equal(runs, 2)
})
