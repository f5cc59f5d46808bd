import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import t from 'tap'
import { AppSide } from '../../../lib/observe/thread/app-side.js'
import { setUpEngine } from '../../support/engine.js'
import type { EngineSetUp } from '../../support/engine.js'
import { RecordingLog } from '../../support/log.js'

const KINDS = ['liveness', 'readiness', 'startup'] as const
const CHANNEL = 'fastify-management-endpoints:event-loop'
const PARSE = { function: 'parseCsv', file: '/app/lib/csv.js', line: 41 }

function setUp (): EngineSetUp & { readonly side: AppSide } {
  const engineSetUp = setUpEngine()
  const { engine, clock, log, fastify } = engineSetUp
  const side = new AppSide({ engine, kinds: KINDS, log, owner: fastify, clock, readinessBlocked: 2_000 })
  return { ...engineSetUp, side }
}

await t.test('a result reaches the shared memory within 100 ms', async (t) => {
  const { engine, clock, side } = setUp()
  let works = true
  engine.add(['readiness'], 'db', () => works, { interval: 1_000, timeout: 500 })
  await clock.pass(50)
  t.same(side.state.latest(1), { status: 'UNKNOWN', freshUntil: 0 })
  t.same(side.state.latest(0), { status: 'UP', freshUntil: Infinity })
  await engine.report({ kind: 'readiness' })
  await clock.pass(50)
  t.same(side.state.latest(1), { status: 'UP', freshUntil: 3_550 })
  works = false
  engine.start()
  await clock.pass(2_200)
  t.match(side.state.latest(1), { status: 'DOWN' })
  side.close()
  engine.close()
  t.equal(clock.waiting, 0)
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
  const { clock, log, side, fastify } = setUp()
  const messages: unknown[] = []
  const listener = (message: unknown): void => { messages.push(message) }
  subscribe(CHANNEL, listener)
  t.teardown(() => unsubscribe(CHANNEL, listener))
  const seconds: number[] = []
  side.blocks.onBlock((duration) => { seconds.push(duration) })
  const moving = clock.now.bind(clock)
  let blockedMs = 0
  clock.now = () => moving() + blockedMs
  const block = async (milliseconds: number): Promise<void> => {
    await clock.pass(50 - moving() % 50)
    blockedMs += milliseconds - 50
    await clock.pass(200)
  }
  side.found(PARSE)
  await block(1_234)
  await block(1_500)
  await block(300)
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
  side.blocks.reset()
  t.same([side.blocks.upTo(Infinity), side.blocks.seconds], [0, 0])
  side.close()
})

await t.test('a block is not logged while a debugger listens', async (t) => {
  const { clock, log, side } = setUp()
  side.state.isDebugged = true
  t.ok(log instanceof RecordingLog)
  await clock.pass(100)
  t.equal(side.state.isDebugged, false, 'each beat looks again')
  side.close()
})
