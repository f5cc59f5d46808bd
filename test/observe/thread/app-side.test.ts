import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import inspector from 'node:inspector'
import t from 'tap'
import { AppSide } from '../../../lib/observe/thread/app-side.js'
import { BEAT_MS } from '../../../lib/observe/thread/heartbeat.js'
import { setUpEngine } from '../../support/engine.js'
import type { EngineSetUp } from '../../support/engine.js'
import { RecordingLog } from '../../support/log.js'

const KINDS = ['liveness', 'readiness', 'startup'] as const
const CHANNEL = 'fastify-management-endpoints:event-loop'
const PARSE = { function: 'parseCsv', file: '/app/lib/csv.js', line: 41 }

/** Returns each measurement once, like a meter. */
class FakeMeter {
  readonly turns = { count: 0 }
  longestMs = 0

  take (): number {
    const longestMs = this.longestMs
    this.longestMs = 0
    return longestMs
  }

  stop (): void {
    this.longestMs = NaN
  }
}

function setUp (): EngineSetUp & { readonly side: AppSide, readonly meter: FakeMeter } {
  const engineSetUp = setUpEngine()
  const { engine, clock, log, fastify } = engineSetUp
  const meter = new FakeMeter()
  const side = new AppSide({ engine, kinds: KINDS, log, owner: fastify, clock, readinessBlocked: 2_000, meter })
  return { ...engineSetUp, side, meter }
}

await t.test('a result reaches the shared memory at once, without a beat', async (t) => {
  const { engine, clock, side } = setUp()
  engine.add(['readiness'], 'db', () => true, { interval: 1_000, timeout: 500 })
  await clock.pass(BEAT_MS)
  t.same(side.state.latest(1), { status: 'UNKNOWN', freshUntil: 0 })
  t.same(side.state.latest(0), { status: 'UP', freshUntil: Infinity })
  await engine.report({ kind: 'readiness' })
  t.same(side.state.latest(1), { status: 'UP', freshUntil: BEAT_MS + 3_500 })
  side.close()
  engine.close()
  t.equal(clock.waiting, 0)
})

await t.test('a check that is added or removed changes the shared memory within a beat', async (t) => {
  const { engine, clock, side } = setUp()
  engine.add(['liveness'], 'loop', () => true, {})
  await clock.pass(BEAT_MS)
  t.match(side.state.latest(0), { status: 'UNKNOWN' })
  engine.remove('loop')
  await clock.pass(BEAT_MS)
  t.match(side.state.latest(0), { status: 'UP' })
  side.close()
})

await t.test('a change of the lifecycle reaches the shared memory at once', (t) => {
  const { engine, side } = setUp()
  engine.lifecycle.takeOutOfService('a test')
  t.match([side.state.latest(0), side.state.latest(1)], [{ status: 'UP' }, { status: 'OUT_OF_SERVICE' }])
  engine.lifecycle.markBroken('a test')
  t.match([side.state.latest(0), side.state.latest(1)], [{ status: 'DOWN' }, { status: 'DOWN' }])
  t.end()
})

await t.test('publish() tells the thread that the app closes', (t) => {
  const { engine, side } = setUp()
  engine.close()
  side.publish()
  t.match(side.state.latest(1), { status: 'OUT_OF_SERVICE' })
  t.end()
})

await t.test('a result of startup counts for good', async (t) => {
  const { engine, side } = setUp()
  engine.add(['startup', 'readiness'], 'migration', () => true, {})
  await engine.report({ kind: 'startup' })
  side.publish()
  t.match(side.state.latest(2), { status: 'UP', freshUntil: Infinity })
  t.match(side.state.latest(1), { status: 'UP', freshUntil: 2_800 })
})

await t.test('a long block is counted, logged once a minute, and published with its function', async (t) => {
  const { clock, log, side, fastify, meter } = setUp()
  const messages: unknown[] = []
  const listener = (message: unknown): void => { messages.push(message) }
  subscribe(CHANNEL, listener)
  t.teardown(() => unsubscribe(CHANNEL, listener))
  const seconds: number[] = []
  side.blocks.onBlock((duration) => { seconds.push(duration) })
  side.found(PARSE)
  for (const milliseconds of [1_234, 1_500, 300]) {
    meter.longestMs = milliseconds
    await clock.pass(2 * BEAT_MS)
  }
  t.same(log.lines, [{
    blockedMs: 1_234,
    ...PARSE,
    level: 'warn',
    message: 'the event loop has been blocked for 1.2 s at parseCsv (/app/lib/csv.js:41)'
  }])
  t.match(messages, [{ fastify, blockedMs: 1_234, blocker: PARSE }, { blockedMs: 1_500, blocker: undefined }])
  t.same(seconds, [1.234, 1.5, 0.3])
  t.same([side.blocks.blockedMs, side.blocks.upTo(0.5), side.blocks.upTo(Infinity)], [1_500, 1, 3])
  await clock.pass(61_000)
  t.equal(side.blocks.blockedMs, 0)
  side.logged(clock.now())
  meter.longestMs = 1_500
  await clock.pass(2 * BEAT_MS)
  t.equal(log.lines.length, 1, 'a line of the thread counts too')
  side.blocks.reset()
  t.same([side.blocks.upTo(Infinity), side.blocks.seconds], [0, 0])
  side.close()
})

await t.test('a block that delays a beat is counted, also without a measurement', async (t) => {
  const { clock, side } = setUp()
  const moving = clock.now.bind(clock)
  await clock.pass(BEAT_MS - 1)
  clock.now = () => moving() + 700
  await clock.pass(BEAT_MS)
  t.equal(side.blocks.blockedMs, 700)
  side.close()
})

await t.test('time in which the whole process stood still is no block, even if this is noticed late', async (t) => {
  const { clock, side, meter } = setUp()
  meter.longestMs = 5_000
  await clock.pass(BEAT_MS)
  side.state.stalledMs += 4_950
  await clock.pass(BEAT_MS)
  t.same([side.blocks.upTo(Infinity), side.blocks.blockedMs], [0, 0])
  meter.longestMs = 1_200
  await clock.pass(2 * BEAT_MS)
  t.equal(side.blocks.blockedMs, 1_200, 'an earlier stall does not shorten a block')
  side.close()
})

await t.test('a block is not logged while a debugger listens', async (t) => {
  const { clock, log, side, meter } = setUp()
  const open = inspector.url
  t.teardown(() => { inspector.url = open })
  inspector.url = () => 'ws://127.0.0.1:9229/a'
  meter.longestMs = 2_000
  await clock.pass(2 * BEAT_MS)
  t.ok(log instanceof RecordingLog)
  t.same([side.state.isDebugged, log.lines, side.blocks.blockedMs], [true, [], 2_000])
  inspector.url = () => undefined
  side.answered()
  t.same([side.state.isDebugged, side.state.answered], [false, 1], 'each sign of life looks again')
  side.started()
  t.equal(side.state.answered, 0)
  side.close()
})
