import dns from 'node:dns'
import { EventEmitter, once } from 'node:events'
import { Agent, createServer, get } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'
import Fastify from 'fastify'
import type { FastifyInstance, FastifyServerOptions } from 'fastify'
import t from 'tap'
import type { Test } from 'tap'
import { Lifecycle } from '../../lib/health/lifecycle.js'
import { Events } from '../../lib/health/events.js'
import type { Member } from '../../lib/shutdown/process-signals.js'
import { Shutdown } from '../../lib/shutdown/shutdown.js'
import { ask, portOf } from '../support/app.js'
import type { Answer } from '../support/app.js'
import { ManualClock } from '../support/clock.js'
import { KeepingLog } from '../support/log.js'
import type { Line } from '../support/log.js'

const DELAY_MS = 1_000
const TIMEOUT_MS = 5_000

/** What `dns.lookup` tells what it has found. */
type Found = (error: null, found: unknown, family?: number) => void

/** What stands in for the process: it notes who joins, and how he leaves. */
class FakeSignals extends EventEmitter {
  readonly joined: Member[] = []
  readonly left: boolean[] = []

  join (member: Member): void {
    this.joined.push(member)
  }

  leave (_member: Member, isClean = true): void {
    this.left.push(isClean)
    this.emit('left')
  }

  /** Sends a signal to who has joined. */
  send (nth = 1): void {
    for (const member of this.joined) member.receive('SIGTERM', nth)
  }
}

interface Setting {
  readonly app: FastifyInstance
  readonly availability: Lifecycle
  readonly clock: ManualClock
  readonly lines: readonly Line[]
  readonly signals: FakeSignals
}

function setUp (t: Test, options: FastifyServerOptions = {}): Setting {
  const log = new KeepingLog()
  const app: FastifyInstance = Fastify({ loggerInstance: log, ...options })
  t.teardown(async () => await app.close().catch(() => undefined))
  app.get('/', () => 'served')
  const clock = new ManualClock()
  const availability = new Lifecycle(new Events(app), clock, () => true)
  const signals = new FakeSignals()
  Shutdown.of({ fastify: app, settings: { signals: ['SIGTERM', 'SIGHUP'], delay: DELAY_MS, timeout: TIMEOUT_MS }, availability, signals, clock })
  return { app, availability, clock, lines: log.lines, signals }
}

async function listen (app: FastifyInstance): Promise<() => Promise<Answer>> {
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  return async () => await ask(url, { connection: 'close' })
}

/** Adds a route that says when it is asked, and answers when it is told to. */
function addWaiting (app: FastifyInstance): EventEmitter {
  const asked = new EventEmitter()
  app.get('/waits', async () => {
    const ended = once(asked, 'end')
    asked.emit('asked')
    await ended
    return 'ended'
  })
  return asked
}

/** What it has said of its own. */
function said (lines: readonly Line[]): unknown[] {
  return lines.map(({ level, message }) => `${level}: ${String(message)}`).filter((line) => !/Server listening|request|lifecycle/.test(line))
}

await t.test('it joins when the app listens, and not before', async (t) => {
  const { app, signals } = setUp(t)
  await app.ready()
  t.same(signals.joined, [])
  await listen(app)
  t.equal(signals.joined.length, 1)
  t.same(signals.joined[0]?.signals, ['SIGTERM', 'SIGHUP'])
})

await t.test('where the server listens already it joins when the app is ready', async (t) => {
  const { app, signals } = setUp(t, { serverFactory: (handler) => createServer(handler).listen(0, '127.0.0.1') })
  t.teardown(() => app.server.close())
  await once(app.server, 'listening')
  t.same(signals.joined, [])
  await app.ready()
  t.equal(signals.joined.length, 1)
})

await t.test('where somebody else has the server listen it joins too', async (t) => {
  const { app, signals } = setUp(t)
  await app.ready()
  app.server.listen(0, '127.0.0.1')
  t.teardown(() => app.server.close())
  await once(app.server, 'listening')
  t.equal(signals.joined.length, 1)
})

await t.test('at a signal it is out of service, serves for the delay, closes and leaves', async (t) => {
  const { app, availability, clock, lines, signals } = setUp(t)
  const get = await listen(app)
  signals.send()
  t.equal(availability.statusFor('readiness'), 'OUT_OF_SERVICE')
  t.throws(() => availability.putInService(), { code: 'FST_MANAGEMENT_OUT_OF_SERVICE_FOR_GOOD' })
  await clock.pass(DELAY_MS - 1)
  t.match(await get(), { status: 200, text: 'served', headers: { connection: 'close' } })
  const left = once(signals, 'left')
  await clock.pass(1)
  await left
  t.same(signals.left, [true])
  t.equal(app.server.listening, false)
  t.equal(clock.waiting, 0)
  t.same(said(lines), ['info: SIGTERM: the app is out of service, and closes in 1000 ms', 'info: the app has closed'])
})

await t.test('before Fastify begins to refuse requests, kept connections are closed: nobody is refused on one of them', async (t) => {
  const { app, clock, signals } = setUp(t)
  const isClosed = new EventEmitter()
  // It would wait for ever if they were closed later.
  app.addHook('preClose', async () => { await once(isClosed, 'close') })
  await listen(app)
  const agent = new Agent({ keepAlive: true })
  t.teardown(() => agent.destroy())
  const kept = await new Promise<IncomingMessage>((resolve, reject) => { get({ host: '127.0.0.1', port: portOf(app.server), agent }, resolve).on('error', reject) })
  kept.socket.once('close', () => setImmediate(() => isClosed.emit('close')))
  t.equal(await text(kept), 'served')
  signals.send()
  const left = once(signals, 'left')
  await clock.pass(DELAY_MS)
  await left
  t.same(signals.left, [true])
})

await t.test('a `preClose` hook that fails is logged and not clean, and holds nothing up', async (t) => {
  const { app, clock, lines, signals } = setUp(t)
  app.addHook('preClose', async () => await Promise.reject(new Error('the queue is gone')))
  const asked = addWaiting(app)
  await listen(app)
  const underWay = once(asked, 'asked')
  const answer = fetch(`http://127.0.0.1:${portOf(app.server)}/waits`)
  await underWay
  signals.send()
  const left = once(signals, 'left')
  await clock.pass(DELAY_MS)
  asked.emit('end')
  t.equal(await (await answer).text(), 'ended')
  await left
  t.same(signals.left, [false])
  t.match(lines.find(({ level }) => level === 'error'), { err: { message: 'the queue is gone' } })
})

await t.test('a second signal ends the delay', async (t) => {
  const { app, clock, lines, signals } = setUp(t)
  await listen(app)
  signals.send()
  const left = once(signals, 'left')
  signals.send(2)
  await left
  t.same(signals.left, [true])
  t.equal(clock.now(), 0)
  t.match(said(lines), ['info: SIGTERM: the app is out of service, and closes in 1000 ms', /^info: SIGTERM: a second signal, /, 'info: the app has closed'])
})

await t.test('of a third it says what that does', async (t) => {
  const { app, lines, signals } = setUp(t)
  await listen(app)
  signals.send(3)
  t.match(said(lines), [/^error: SIGTERM: a third signal, the process exits/])
  t.same(signals.left, [])
})

await t.test('whoever closes the app during the delay waits for its end', async (t) => {
  const { app, clock, signals } = setUp(t)
  const get = await listen(app)
  signals.send()
  const closed = app.close()
  await clock.pass(DELAY_MS - 1)
  t.match(await get(), { status: 200 })
  const left = once(signals, 'left')
  await clock.pass(1)
  await Promise.all([closed, left])
  t.same(signals.left, [true])
})

await t.test('one that is closed without a signal is not out of service before, waits for nothing, and leaves without a word', async (t) => {
  const { app, clock, lines, signals } = setUp(t)
  await listen(app)
  const left = once(signals, 'left')
  await app.close()
  await left
  t.same(signals.left, [true])
  t.equal(clock.now(), 0)
  t.same(said(lines), [])
})

await t.test('a signal while it closes waits for the close, and for no delay', async (t) => {
  const { app, clock, lines, signals } = setUp(t)
  const end = new EventEmitter()
  const closing = once(app.server, 'close')
  app.addHook('onClose', async () => { await once(end, 'end') })
  await listen(app)
  const closed = app.close()
  await closing
  signals.send()
  t.same(signals.left, [])
  end.emit('end')
  const left = once(signals, 'left')
  await closed
  await left
  t.same(signals.left, [true])
  t.equal(clock.now(), 0)
  t.same(said(lines), ['info: SIGTERM: the app is closing already', 'info: the app has closed'])
})

await t.test('a close that fails is logged, and not clean', async (t) => {
  const { app, clock, lines, signals } = setUp(t)
  app.addHook('onClose', async () => await Promise.reject(new Error('the pool is gone')))
  await listen(app)
  signals.send()
  const left = once(signals, 'left')
  await clock.pass(DELAY_MS)
  await left
  t.same(signals.left, [false])
  t.match(lines.find(({ level }) => level === 'error'), { message: 'the app has failed to close', err: { message: 'the pool is gone' } })
})

await t.test('one that somebody else has called for fails for him, and is not logged', async (t) => {
  const { app, lines, signals } = setUp(t)
  app.addHook('onClose', async () => await Promise.reject(new Error('the pool is gone')))
  await listen(app)
  const left = once(signals, 'left')
  await t.rejects(app.close(), { message: 'the pool is gone' })
  await left
  t.same(signals.left, [false])
  t.same(said(lines), [])
})

await t.test('a close that takes longer than the timeout, from the end of the delay, is given up, which is not clean', async (t) => {
  const { app, clock, lines, signals } = setUp(t)
  const end = new EventEmitter()
  app.addHook('onClose', async () => { await once(end, 'end') })
  await listen(app)
  signals.send()
  const closing = once(app.server, 'close')
  await clock.pass(DELAY_MS)
  await closing
  await clock.pass(TIMEOUT_MS - 1)
  t.same(signals.left, [])
  await clock.pass(1)
  t.same(signals.left, [false])
  t.match(said(lines).at(-1), 'error: the app has not closed within 5000 ms: what is under way is cut off')
  end.emit('end')
})

await t.test('an answer that is being sent is waited for, but no longer than the timeout', async (t) => {
  const { app, clock, signals } = setUp(t)
  app.get('/large', () => Buffer.alloc(50_000_000))
  await listen(app)
  const answer = await fetch(`http://127.0.0.1:${portOf(app.server)}/large`)
  signals.send()
  await clock.pass(DELAY_MS)
  await clock.pass(TIMEOUT_MS - 1)
  t.same(signals.left, [])
  await clock.pass(1)
  t.equal(signals.left[0], false)
  t.equal((await answer.arrayBuffer()).byteLength, 50_000_000, 'it is the end of the process that cuts it off')
})

await t.test('on `localhost` it waits for all addresses, whichever scope it is registered in', async (t) => {
  const lookup = (name: string, ...[options, done]: [{ all?: boolean }, Found] | [Found]): void => {
    const [first, ...others] = (name === 'localhost' ? ['127.0.0.1', '127.0.0.2'] : [name]).map((address) => ({ address, family: 4 }))
    // Node asks for one address or, from 22 on, for all.
    if (typeof options === 'function') options(null, first?.address, first?.family)
    else if (options.all === true) done?.(null, [first, ...others])
    else done?.(null, first?.address, first?.family)
  }
  t.intercept(dns, 'lookup', { value: lookup })
  const app = Fastify()
  t.teardown(async () => await app.close())
  const asked = addWaiting(app)
  const clock = new ManualClock()
  const signals = new FakeSignals()
  const availability = new Lifecycle(new Events(app), clock, () => true)
  await app.register((scope, _options, done) => {
    Shutdown.of({ fastify: scope, settings: { signals: ['SIGTERM'], delay: 0, timeout: TIMEOUT_MS }, availability, signals, clock })
    done()
  })
  await app.listen({ host: 'localhost', port: 0 })
  t.equal(app.addresses().length, 2)
  const underWay = once(asked, 'asked')
  const answer = ask(`http://127.0.0.2:${portOf(app.server)}/waits`)
  await underWay
  signals.send()
  const closed = once(app.server, 'close')
  await clock.pass(0)
  await closed
  await clock.pass(0)
  t.same(signals.left, [])
  const left = once(signals, 'left')
  asked.emit('end')
  t.match(await answer, { status: 200, text: 'ended', headers: { connection: 'close' } })
  await left
  t.same(signals.left, [true])
})

await t.test('a logger that throws stops nothing', async (t) => {
  const { app, clock, signals } = setUp(t)
  await listen(app)
  const warnings = t.capture(process, 'emitWarning', () => undefined)
  app.log.info = () => { throw new Error('the disk is full') }
  signals.send()
  const left = once(signals, 'left')
  await clock.pass(DELAY_MS)
  await left
  t.same(signals.left, [true])
  t.match(warnings(), [{ args: [/the logger failed to say: SIGTERM/] }])
})
