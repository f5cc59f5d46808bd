import { Duplex } from 'node:stream'
import { MessageChannel } from 'node:worker_threads'
import pino from 'pino'
import t from 'tap'
import { blockText } from '../../../lib/observe/thread/block-text.js'
import { PortSocket } from '../../../lib/observe/thread/port-socket.js'
import { SharedState } from '../../../lib/observe/thread/shared-state.js'
import { Thread } from '../../../lib/observe/thread/thread.js'
import type { ThreadDependencies } from '../../../lib/observe/thread/thread.js'
import { refuseBrokenRequest } from '../../../lib/observe/thread/worker/client-errors.js'
import '../../../lib/observe/thread/worker/main.js'
import { logFieldsOf } from '../../../lib/routes/thread-log.js'
import { ManualClock } from '../../support/clock.js'
import { RecordingLog } from '../../support/log.js'

await t.test('blockText() names an anonymous function by its place, and escapes invisible characters', (t) => {
  t.equal(blockText(1_234, { function: '', file: '/app/a\nb.js', line: 7 }),
    'the event loop has been blocked for 1.2 s at /app/a\\nb.js:7')
  t.end()
})

await t.test('a shared status that no thread has written is UP, and an unknown number is UNKNOWN', (t) => {
  const state = SharedState.create(1)
  t.same(state.latest(0), { status: 'DOWN', freshUntil: 0 })
  new BigInt64Array(state.buffer)[6] = 99n
  t.match(state.latest(0), { status: 'UNKNOWN' })
  t.end()
})

await t.test('logFieldsOf() returns the fields of pino, and nothing for another logger', (t) => {
  const log = pino({ level: 'warn' }, { write: () => undefined }).child({ service: 'shop' })
  t.match(logFieldsOf(log), { pid: process.pid, hostname: String, service: 'shop' })
  t.equal(logFieldsOf(log.child({}, { level: 'error' })), undefined)
  t.equal(logFieldsOf(new RecordingLog()), undefined)
  const strange = Object.assign(new RecordingLog(), { isLevelEnabled: () => true, bindings: () => undefined })
  t.match(logFieldsOf(strange), { pid: process.pid })
  t.match(logFieldsOf(Object.assign(strange, { bindings: () => [] })), { pid: process.pid })
  t.end()
})

await t.test('a broken request gets 408 after a timeout, and nothing over a closed connection', async (t) => {
  const written: string[] = []
  const socket = new Duplex({
    read: () => undefined,
    write (chunk, _encoding, done) {
      written.push(String(chunk))
      done()
    }
  }).on('error', () => undefined)
  const error = (code: string): NodeJS.ErrnoException => Object.assign(new Error(code), { code })
  refuseBrokenRequest(error('ECONNRESET'), socket)
  refuseBrokenRequest(error('ERR_HTTP_REQUEST_TIMEOUT'), socket)
  refuseBrokenRequest(error('HPE_INVALID'), socket)
  t.match(written, [/^HTTP\/1\.1 408 Request Timeout\r\n.*"Client Timeout"/s])
  t.equal(written.length, 1)
  const ended = new Duplex({ read: () => undefined, write: (_chunk, _encoding, done) => done() }).end()
  ended.on('error', () => undefined)
  refuseBrokenRequest(error('HPE_INVALID'), ended)
  t.ok(ended.destroyed)
  await Promise.resolve()
})

await t.test('a socket between threads has the methods that servers call', (t) => {
  const { port1 } = new MessageChannel()
  const socket = new PortSocket(port1)
  t.equal(socket.setTimeout().ref().unref(), socket)
  socket.destroy()
  t.end()
})

await t.test('Thread.start() gives up when the thread does not open its port in time', async (t) => {
  const clock = new ManualClock()
  const failed = t.rejects(Thread.start({
    source: 'setInterval(() => {}, 1e6)', data: {}, versions: {}, clock
  } as unknown as ThreadDependencies), { message: 'it has not started within 10000 ms' })
  await clock.pass(10_000)
  await failed
})

/** The code of a thread that reports an open port, and then does what a test wants. */
function sourceOf (then: string): string {
  return `const { parentPort } = require('node:worker_threads')
    parentPort.postMessage({ type: 'listening', addresses: ['test'] })
    parentPort.postMessage({ type: 'crowded' })
    parentPort.postMessage({ type: 'blocked' })
    parentPort.postMessage({ type: 'logged', at: 1 })
    parentPort.on('message', () => { ${then} })`
}

await t.test('a thread that exits counts as crashed, and close() ends a thread that hangs', async (t) => {
  const clock = new ManualClock()
  const events: unknown[] = []
  const dependencies = {
    data: {},
    versions: {},
    clock,
    onCrowded: () => events.push('crowded'),
    onBlocker: () => events.push('blocked'),
    onLogged: (at: number) => events.push(`logged at ${at}`),
    onCrash: ({ message }: Error) => events.push(message)
  }
  const start = async (source: string): Promise<Thread> =>
    await Thread.start({ ...dependencies, source } as unknown as ThreadDependencies)
  const crashing = await start(sourceOf('process.exit(3)'))
  crashing.send({ type: 'come' })
  while (events.length < 4) await new Promise((resolve) => setTimeout(resolve, 10))
  t.same(events, ['crowded', 'blocked', 'logged at 1', 'the thread ended with code 3'])
  const hanging = await start(sourceOf(''))
  const closed = hanging.close()
  await clock.pass(1_500)
  await closed
  t.pass('ended')
})
