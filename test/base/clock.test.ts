import { once } from 'node:events'
import { request } from 'node:http'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import t from 'tap'
import { LONGEST_DELAY_MS, systemClock } from '../../lib/base/clock.js'
import { block } from '../support/clock.js'
import { Program } from '../support/process.js'

type Test = Pick<typeof t, 'teardown' | 'testdir'>

/** Positions in the memory that this thread shares with the server's thread. */
const MAY_ANSWER = 0
const HAS_ANSWERED = 1

/**
 * Posts its port, and `requested` at a request. Answers when MAY_ANSWER is set, and then sets HAS_ANSWERED: a blocked
 * thread can read shared memory, but no messages.
 */
const SERVER = `
const { createServer } = require('node:http')
const { parentPort, workerData } = require('node:worker_threads')
const server = createServer((request, response) => {
  parentPort.postMessage('requested')
  Atomics.wait(workerData, ${MAY_ANSWER}, 0)
  response.end('UP', () => {
    Atomics.store(workerData, ${HAS_ANSWERED}, 1)
    Atomics.notify(workerData, ${HAS_ANSWERED})
  })
})
server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port))
`

const METHODS = ['after', 'inBackground'] as const

async function after (delayMs: number): Promise<void> {
  await new Promise<void>((resolve) => { systemClock.after(delayMs, resolve) })
}

/** Runs a program that uses the clock, and returns its output after it has ended by itself. */
async function outputOf (test: Test, source: string): Promise<string> {
  const clock = new URL('../../lib/base/clock.ts', import.meta.url).href
  const folder = test.testdir({
    'program.ts': `
      import { systemClock } from '${clock}'
      const lines: string[] = []
      process.on('exit', () => console.log(lines.join(', ')))
      ${source}`
  })
  return await new Program(test, join(folder, 'program.ts')).waitForLine()
}

await t.test('after() calls back after an answer that arrived while the event loop was blocked', async (t) => {
  const shared = new Int32Array(new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT))
  const server = new Worker(SERVER, { eval: true, workerData: shared })
  t.teardown(async () => await server.terminate())
  const [port] = await once(server, 'message') as [number]
  const wasRequested = once(server, 'message')
  const sent = request({ host: '127.0.0.1', port, agent: false }).end()
  const order: string[] = []
  const answered = once(sent, 'response').then(() => undefined)
  sent.once('response', (response) => {
    order.push('answer')
    response.resume()
  })
  await wasRequested

  const calledBack = new Promise<void>((resolve) => {
    systemClock.after(1, () => {
      order.push('callback')
      resolve()
    })
  })
  Atomics.store(shared, MAY_ANSWER, 1)
  Atomics.notify(shared, MAY_ANSWER)
  t.not(Atomics.wait(shared, HAS_ANSWERED, 0, 30_000), 'timed-out', 'the loop is blocked until the answer is there')
  block(20)

  await Promise.all([answered, calledBack])
  t.same(order, ['answer', 'callback'])
})

await t.test('inBackground() does not keep the process alive', async (t) => {
  const source = "lines.push('started'); systemClock.inBackground(30_000, () => { lines.push('called back') })"
  t.equal(await outputOf(t, source), 'started')
})

await t.test('after() keeps the process alive until it has called back', async (t) => {
  const source = "lines.push('started'); systemClock.after(20, () => { lines.push('called back') })"
  t.equal(await outputOf(t, source), 'started, called back')
})

await t.test('inBackground() calls back while the process lives', async (t) => {
  let calls = 0
  systemClock.inBackground(1, () => { calls += 1 })
  await after(5)
  t.equal(calls, 1)
})

await t.test('after() and inBackground() do not call back if cancelled before the delay is over', async (t) => {
  for (const method of METHODS) systemClock[method](1, () => t.fail('was cancelled'))()
  await after(5)
})

await t.test('after() and inBackground() do not call back if cancelled between timer and callback', async (t) => {
  for (const method of METHODS) {
    const order: string[] = []
    const cancel = systemClock[method](1, () => order.push('called'))
    const next = after(1).then(() => order.push('the next called'))
    setTimeout(() => {
      order.push('cancelled')
      cancel()
    }, 1)
    block(20)
    await next
    t.same(order, ['cancelled', 'the next called'])
  }
})

await t.test('after() ignores a cancel after the callback', async (t) => {
  let calls = 0
  const cancel = systemClock.after(1, () => { calls += 1 })
  await after(1)
  cancel()
  cancel()
  await after(1)
  t.equal(calls, 1)
})

await t.test('after() and inBackground() accept a delay that is too long for a timer, without a warning', async (t) => {
  const warnings: Error[] = []
  const keep = (warning: Error): void => { warnings.push(warning) }
  process.on('warning', keep)
  t.teardown(() => process.off('warning', keep))
  const delays = [LONGEST_DELAY_MS + 1, LONGEST_DELAY_MS * 1.1, 2 ** 32, Infinity]
  const cancels = delays.flatMap((delayMs) =>
    METHODS.map((method) => systemClock[method](delayMs, () => t.fail(`${delayMs} ms are not over`))))
  t.teardown(() => { for (const cancel of cancels) cancel() })
  await after(5)
  t.same(warnings, [])
})

await t.test('after() rounds a fraction of a millisecond up', async (t) => {
  const order: string[] = []
  systemClock.after(2, () => order.push('2'))
  systemClock.after(1.5, () => order.push('1.5'))
  await after(2)
  t.same(order, ['2', '1.5'])
})

await t.test('now() increases and never goes back', async (t) => {
  const times = Array.from({ length: 1_000 }, () => systemClock.now())
  t.same(times, times.toSorted((left, right) => left - right))
  const before = systemClock.now()
  await after(5)
  t.ok(systemClock.now() > before)
})

await t.test('date() returns the time of the wall clock', (t) => {
  const [before, date, after] = [Date.now(), systemClock.date(), Date.now()]
  t.ok(before <= date.getTime() && date.getTime() <= after)
  t.end()
})

await t.test('random() returns a different number from 0 to below 1 at each call', (t) => {
  const numbers = Array.from({ length: 1_000 }, () => systemClock.random())
  t.ok(numbers.every((number) => number >= 0 && number < 1))
  t.ok(new Set(numbers).size > 990)
  t.end()
})

await t.test('a timer whose handle is a number calls back, and can be cancelled', async (t) => {
  const program = `
    const { createRequire } = await import('node:module')
    const timers = createRequire(import.meta.url)('node:timers')
    const { setTimeout } = timers
    timers.setTimeout = (callback, delayMs) => Number(setTimeout(callback, delayMs))
    const { systemClock } = await import(process.argv[2])
    systemClock.inBackground(1, () => process.stdout.write('cancelled '))()
    systemClock.inBackground(2, () => process.stdout.write('called back\\n'))`
  const file = join(t.testdir({ 'program.mjs': program }), 'program.mjs')
  const clock = new URL('../../lib/base/clock.ts', import.meta.url).href
  t.equal(await new Program(t, file, {}, [clock]).waitForLine(), 'called back')
})
