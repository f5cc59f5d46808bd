import dns from 'node:dns'
import { EventEmitter, once } from 'node:events'
import { Agent, createServer, get } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'
import { setImmediate as nextTurn } from 'node:timers/promises'
import Fastify from 'fastify'
import type { FastifyInstance, FastifyServerOptions } from 'fastify'
import t from 'tap'
import type { Test } from 'tap'
import { Lifecycle } from '../../lib/health/lifecycle.js'
import { Events } from '../../lib/health/events.js'
import type { ShutdownSettings } from '../../lib/options/shutdown-option.js'
import type { SignalledApp } from '../../lib/shutdown/process-signals.js'
import { Shutdown } from '../../lib/shutdown/shutdown.js'
import { fetchAnswer, portOf } from '../support/app.js'
import type { Answer } from '../support/app.js'
import { ManualClock } from '../support/clock.js'
import { RecordingLog } from '../support/log.js'
import type { Line } from '../support/log.js'

const DELAY_MS = 1_000
const TIMEOUT_MS = 5_000
const DRAINING_LINE = 'info: SIGTERM: the app is out of service, and closes in 1000 ms'

/** The callback of `dns.lookup`. */
type LookupCallback = (error: null, addresses: unknown, family?: number) => void

/** Replaces `ProcessSignals`. Records the apps that join, and whether each leaves cleanly. */
class FakeSignals extends EventEmitter {
  readonly joined: SignalledApp[] = []
  readonly left: boolean[] = []

  join (app: SignalledApp): void {
    this.joined.push(app)
  }

  leave (_app: SignalledApp, isClean = true): void {
    this.left.push(isClean)
    this.emit('left')
  }

  /** Sends a signal to every app that has joined. */
  send (nth = 1): void {
    for (const app of this.joined) app.onSignal('SIGTERM', nth)
  }
}

interface Setting {
  readonly app: FastifyInstance
  readonly lifecycle: Lifecycle
  readonly clock: ManualClock
  readonly lines: readonly Line[]
  readonly signals: FakeSignals
}

type Close = (app: FastifyInstance) => unknown

function setUp (t: Test, options: FastifyServerOptions = {}, close?: Close): Setting {
  const log = new RecordingLog()
  const app: FastifyInstance = Fastify({ loggerInstance: log, ...options })
  t.teardown(async () => await app.close().catch(() => undefined))
  app.get('/', () => 'served')
  const clock = new ManualClock()
  const lifecycle = new Lifecycle(new Events(app.log, app, clock), clock, () => true)
  const signals = new FakeSignals()
  const settings: ShutdownSettings = {
    signals: ['SIGTERM', 'SIGHUP'], delay: DELAY_MS, timeout: TIMEOUT_MS, close: close && (() => close(app))
  }
  Shutdown.install({ fastify: app, settings, lifecycle, signals, clock })
  return { app, lifecycle, clock, lines: log.lines, signals }
}

async function listen (app: FastifyInstance): Promise<() => Promise<Answer>> {
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  return async () => await fetchAnswer(url, { connection: 'close' })
}

/** Adds a route that emits `requested` on each request and answers when the test emits `end`. */
function addWaitingRoute (app: FastifyInstance): EventEmitter {
  const route = new EventEmitter()
  app.get('/waits', async () => {
    const ended = once(route, 'end')
    route.emit('requested')
    await ended
    return 'ended'
  })
  return route
}

/** Returns the lines that the shutdown has logged. */
function shutdownLines (lines: readonly Line[]): unknown[] {
  const others = /Server listening|incoming request|request completed|lifecycle/
  return lines.map(({ level, message }) => `${level}: ${String(message)}`).filter((line) => !others.test(line))
}

await t.test('an app joins the process signals when it listens, not before', async (t) => {
  const { app, signals } = setUp(t)
  await app.ready()
  t.same(signals.joined, [])
  await listen(app)
  t.equal(signals.joined.length, 1)
  t.same(signals.joined[0]?.signals, ['SIGTERM', 'SIGHUP'])
})

await t.test('an app whose server already listens joins when the app is ready', async (t) => {
  const { app, signals } = setUp(t, { serverFactory: (handler) => createServer(handler).listen(0, '127.0.0.1') })
  t.teardown(() => app.server.close())
  await once(app.server, 'listening')
  t.same(signals.joined, [])
  await app.ready()
  t.equal(signals.joined.length, 1)
})

await t.test('an app joins when its server listens without fastify.listen()', async (t) => {
  const { app, signals } = setUp(t)
  await app.ready()
  app.server.listen(0, '127.0.0.1')
  t.teardown(() => app.server.close())
  await once(app.server, 'listening')
  t.equal(signals.joined.length, 1)
})

await t.test('after a signal the app is out of service, serves during the delay, closes and leaves', async (t) => {
  const { app, lifecycle, clock, lines, signals } = setUp(t)
  const get = await listen(app)
  signals.send()
  t.equal(lifecycle.statusFor('readiness'), 'OUT_OF_SERVICE')
  await clock.pass(DELAY_MS - 1)
  t.match(await get(), { status: 200, text: 'served', headers: { connection: 'close' } })
  const left = once(signals, 'left')
  await clock.pass(1)
  await left
  t.same(signals.left, [true])
  t.equal(app.server.listening, false)
  t.equal(clock.waiting, 0)
  t.same(shutdownLines(lines), [DRAINING_LINE, 'info: the app has closed'])
})

await t.test('idle keep-alive connections are closed before Fastify begins to refuse requests', async (t) => {
  const { app, clock, signals } = setUp(t)
  const isClosed = new EventEmitter()
  // This hook would wait forever if the connections were closed later.
  app.addHook('preClose', async () => { await once(isClosed, 'close') })
  await listen(app)
  const agent = new Agent({ keepAlive: true })
  t.teardown(() => agent.destroy())
  const kept = await new Promise<IncomingMessage>((resolve, reject) => {
    get({ host: '127.0.0.1', port: portOf(app.server), agent }, resolve).on('error', reject)
  })
  kept.socket.once('close', () => setImmediate(() => isClosed.emit('close')))
  t.equal(await text(kept), 'served')
  signals.send()
  const left = once(signals, 'left')
  await clock.pass(DELAY_MS)
  await left
  t.same(signals.left, [true])
})

await t.test('a `preClose` hook that rejects is logged and makes the close unclean, but delays nothing', async (t) => {
  const { app, clock, lines, signals } = setUp(t)
  app.addHook('preClose', async () => await Promise.reject(new Error('the queue is gone')))
  const route = addWaitingRoute(app)
  await listen(app)
  const underWay = once(route, 'requested')
  const answer = fetch(`http://127.0.0.1:${portOf(app.server)}/waits`)
  await underWay
  signals.send()
  const left = once(signals, 'left')
  await clock.pass(DELAY_MS)
  route.emit('end')
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
  t.match(shutdownLines(lines), [DRAINING_LINE, /^info: SIGTERM: second signal, /, 'info: the app has closed'])
})

await t.test('logs that the third signal ends the process at once', async (t) => {
  const { app, lines, signals } = setUp(t)
  await listen(app)
  signals.send(3)
  t.match(shutdownLines(lines), [/^error: SIGTERM: third signal, the process exits at once$/])
  t.same(signals.left, [])
})

await t.test('fastify.close() during the delay waits for the end of the delay', async (t) => {
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

await t.test('an app that closes without a signal does not wait, logs nothing and leaves cleanly', async (t) => {
  const { app, clock, lines, signals } = setUp(t)
  await listen(app)
  const left = once(signals, 'left')
  await app.close()
  await left
  t.same(signals.left, [true])
  t.equal(clock.now(), 0)
  t.same(shutdownLines(lines), [])
})

await t.test('a signal while the app closes waits for the close but adds no delay', async (t) => {
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
  t.same(shutdownLines(lines), ['info: SIGTERM: the app is already closing', 'info: the app has closed'])
})

await t.test('a close that fails after a signal is logged and unclean', async (t) => {
  const { app, clock, lines, signals } = setUp(t)
  app.addHook('onClose', async () => await Promise.reject(new Error('the pool is gone')))
  await listen(app)
  signals.send()
  const left = once(signals, 'left')
  await clock.pass(DELAY_MS)
  await left
  t.same(signals.left, [false])
  const error = lines.find(({ level }) => level === 'error')
  t.match(error, { message: 'the app failed to close', err: { message: 'the pool is gone' } })
})

await t.test('a close that fails without a signal rejects for its caller and is not logged', async (t) => {
  const { app, lines, signals } = setUp(t)
  app.addHook('onClose', async () => await Promise.reject(new Error('the pool is gone')))
  await listen(app)
  const left = once(signals, 'left')
  await t.rejects(app.close(), { message: 'the pool is gone' })
  await left
  t.same(signals.left, [false])
  t.same(shutdownLines(lines), [])
})

await t.test('an app leaves uncleanly when the close exceeds the timeout, which starts after the delay', async (t) => {
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
  t.match(shutdownLines(lines).at(-1), 'error: the app has not closed within 5000 ms: open requests are cut off')
  end.emit('end')
})

/** Sends a signal, lets the delay pass, and waits until the app has left. Returns the order of events. */
async function closeBySignal (t: Test, close: Close): Promise<Setting & { readonly order: readonly string[] }> {
  const order: string[] = []
  const setting = setUp(t, {}, (app) => {
    order.push('close')
    return close(app)
  })
  setting.app.addHook('onClose', (_app, done) => {
    order.push('onClose')
    done()
  })
  const get = await listen(setting.app)
  setting.signals.send()
  await setting.clock.pass(DELAY_MS - 1)
  t.match(await get(), { status: 200, text: 'served' })
  t.same(order, [])
  const left = once(setting.signals, 'left')
  await setting.clock.pass(1)
  await left
  return { ...setting, order }
}

const REJECTED = { message: 'the app failed to close', err: { message: 'the module is gone' } }
const CLOSES: Readonly<Record<string, Close>> = {
  'closes Fastify': async (app) => { await app.close() },
  'closes Fastify twice': async (app) => await Promise.all([app.close(), app.close()]),
  'leaves Fastify open': () => undefined,
  'returns another value than a promise': () => ({ then: 'no method' }),
  'returns a promise of another kind': () => ({ then: (done: () => void) => done() })
}
for (const [title, close] of Object.entries(CLOSES)) {
  await t.test(`\`close\` that ${title} is called once after the delay, and Fastify closes once`, async (t) => {
    const { order, signals, lines } = await closeBySignal(t, close)
    t.same(order, ['close', 'onClose'])
    t.same(signals.left, [true])
    t.same(shutdownLines(lines), [DRAINING_LINE, 'info: the app has closed'])
  })
}

const FAILING_CLOSES: Readonly<Record<string, Close>> = {
  throws: () => { throw new Error('the module is gone') },
  rejects: async () => await Promise.reject(new Error('the module is gone')),
  'rejects after it has closed Fastify': async (app) => {
    await app.close()
    throw new Error('the module is gone')
  }
}
for (const [title, close] of Object.entries(FAILING_CLOSES)) {
  await t.test(`\`close\` that ${title} is logged and unclean, and Fastify closes`, async (t) => {
    const { app, order, signals, lines } = await closeBySignal(t, close)
    t.same(order, ['close', 'onClose'])
    t.equal(app.server.listening, false)
    t.same(signals.left, [false])
    t.match(lines.find(({ level }) => level === 'error'), REJECTED)
  })
}

await t.test('`close` is called after open requests have been answered', async (t) => {
  const order: string[] = []
  const { app, clock, signals } = setUp(t, {}, () => order.push('close'))
  const route = addWaitingRoute(app)
  app.addHook('onResponse', (_request, _reply, done) => {
    order.push('answered')
    done()
  })
  await listen(app)
  const underWay = once(route, 'requested')
  const answer = fetch(`http://127.0.0.1:${portOf(app.server)}/waits`)
  await underWay
  signals.send()
  const left = once(signals, 'left')
  await clock.pass(DELAY_MS)
  t.same(order, [])
  route.emit('end')
  t.equal(await (await answer).text(), 'ended')
  await left
  t.same(order, ['answered', 'close'])
  t.same(signals.left, [true])
})

await t.test('`close` is called after half of the timeout when a response does not end', async (t) => {
  const called = new EventEmitter()
  const { app, clock, signals } = setUp(t, {}, () => called.emit('close'))
  const route = addWaitingRoute(app)
  app.addHook('preClose', (done) => {
    route.emit('end')
    done()
  })
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  const underWay = once(route, 'requested')
  const answer = fetch(`${url}/waits`)
  await underWay
  signals.send()
  await clock.pass(DELAY_MS)
  // Three timers: the timeout, half of it for the log, and half of it for `close`.
  while (clock.waiting < 3) await nextTurn()
  const left = once(signals, 'left')
  const isCalled = once(called, 'close')
  await clock.pass(TIMEOUT_MS / 2)
  await Promise.all([isCalled, left])
  t.equal(await (await answer).text(), 'ended')
  t.same(signals.left, [true])
})

await t.test('`close` that hangs ends with the timeout, which starts after the delay', async (t) => {
  const { app, clock, lines, signals } = setUp(t, {}, async () => await new Promise(() => undefined))
  await listen(app)
  signals.send()
  await clock.pass(DELAY_MS + TIMEOUT_MS - 1)
  t.same(signals.left, [])
  await clock.pass(1)
  t.same(signals.left, [false])
  t.match(shutdownLines(lines).at(-1), 'error: the app has not closed within 5000 ms: open requests are cut off')
})

await t.test('`close` is called once when the app calls fastify.close() during the delay', async (t) => {
  let calls = 0
  const { app, clock, signals } = setUp(t, {}, () => { calls += 1 })
  await listen(app)
  signals.send()
  const closed = app.close()
  const left = once(signals, 'left')
  await clock.pass(DELAY_MS)
  await Promise.all([closed, left])
  t.equal(calls, 1)
  t.same(signals.left, [true])
})

await t.test('`close` is not called when the app calls fastify.close() without a signal', async (t) => {
  const { app, signals } = setUp(t, {}, () => t.fail('close was called'))
  await listen(app)
  const left = once(signals, 'left')
  await app.close()
  await left
  t.same(signals.left, [true])
})

await t.test('the close waits for a response that is being sent, up to the timeout', async (t) => {
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
  t.equal((await answer.arrayBuffer()).byteLength, 50_000_000, 'only the exit of the process cuts it off')
})

await t.test('an app on `localhost` waits for requests on all addresses, also from within a scope', async (t) => {
  const lookup = (name: string, ...[options, done]: [{ all?: boolean }, LookupCallback] | [LookupCallback]): void => {
    const addresses = name === 'localhost' ? ['127.0.0.1', '127.0.0.2'] : [name]
    const [first, ...others] = addresses.map((address) => ({ address, family: 4 }))
    // Node requests one address before version 22, and all addresses from version 22 on.
    if (typeof options === 'function') options(null, first?.address, first?.family)
    else if (options.all === true) done?.(null, [first, ...others])
    else done?.(null, first?.address, first?.family)
  }
  t.intercept(dns, 'lookup', { value: lookup })
  const app = Fastify()
  t.teardown(async () => await app.close())
  const route = addWaitingRoute(app)
  const clock = new ManualClock()
  const signals = new FakeSignals()
  const lifecycle = new Lifecycle(new Events(app.log, app, clock), clock, () => true)
  await app.register((scope, _options, done) => {
    const settings: ShutdownSettings = { signals: ['SIGTERM'], delay: 0, timeout: TIMEOUT_MS, close: undefined }
    Shutdown.install({ fastify: scope, settings, lifecycle, signals, clock })
    done()
  })
  await app.listen({ host: 'localhost', port: 0 })
  t.equal(app.addresses().length, 2)
  const underWay = once(route, 'requested')
  const answer = fetchAnswer(`http://127.0.0.2:${portOf(app.server)}/waits`)
  await underWay
  signals.send()
  const closed = once(app.server, 'close')
  await clock.pass(0)
  await closed
  await clock.pass(0)
  t.same(signals.left, [])
  const left = once(signals, 'left')
  route.emit('end')
  t.match(await answer, { status: 200, text: 'ended', headers: { connection: 'close' } })
  await left
  t.same(signals.left, [true])
})

await t.test('an app with an idle client closes when Fastify has no `onClose`', async (t) => {
  const app = Fastify()
  t.teardown(async () => await app.close())
  const clock = new ManualClock()
  const signals = new FakeSignals()
  const lifecycle = new Lifecycle(new Events(app.log, app, clock), clock, () => true)
  const settings: ShutdownSettings = { signals: ['SIGTERM'], delay: DELAY_MS, timeout: TIMEOUT_MS, close: undefined }
  const fastify = Object.create(app, { onClose: { value: undefined } }) as FastifyInstance
  Shutdown.install({ fastify, settings, lifecycle, signals, clock })
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  const agent = new Agent({ keepAlive: true })
  t.teardown(() => agent.destroy())
  await new Promise((resolve, reject) => {
    get(url, { agent }, (response) => response.resume().on('end', resolve)).on('error', reject)
  })
  signals.send()
  const left = once(signals, 'left')
  await clock.pass(DELAY_MS)
  await left
  t.same(signals.left, [true])
})

await t.test('a logger that throws does not stop the shutdown', async (t) => {
  const { app, clock, signals } = setUp(t)
  await listen(app)
  const warnings = t.capture(process, 'emitWarning', () => undefined)
  app.log.info = () => { throw new Error('the disk is full') }
  signals.send()
  const left = once(signals, 'left')
  await clock.pass(DELAY_MS)
  await left
  t.same(signals.left, [true])
  t.match(warnings(), [{ args: [/the logger failed to log: SIGTERM/] }])
})
