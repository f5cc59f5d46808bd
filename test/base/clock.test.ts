import { once } from 'node:events'
import { request } from 'node:http'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import t from 'tap'
import { LONGEST_DELAY_MS, systemClock } from '../../lib/base/clock.js'
import { block } from '../support/clock.js'
import { Program } from '../support/process.js'

type Test = Pick<typeof t, 'teardown' | 'testdir'>

/** What the server's thread and this one have set in the memory that they share. */
const MAY_ANSWER = 0
const HAS_ANSWERED = 1

/** Says its port, then that it was asked; it answers when it may, and then says so where a thread that is blocked can see it. */
const SERVER = `
const { createServer } = require('node:http')
const { parentPort, workerData } = require('node:worker_threads')
const server = createServer((request, response) => {
  parentPort.postMessage('asked')
  Atomics.wait(workerData, ${MAY_ANSWER}, 0)
  response.end('UP', () => {
    Atomics.store(workerData, ${HAS_ANSWERED}, 1)
    Atomics.notify(workerData, ${HAS_ANSWERED})
  })
})
server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port))
`

const WAYS = ['after', 'inBackground'] as const

async function after (delayMs: number): Promise<void> {
  await new Promise<void>((resolve) => { systemClock.after(delayMs, resolve) })
}

/** Runs a program that has the clock, and gives what it has said when it ended by itself. */
async function outputOf (test: Test, source: string): Promise<string> {
  const clock = new URL('../../lib/base/clock.ts', import.meta.url).href
  const folder = test.testdir({
    'program.ts': `
      import { systemClock } from '${clock}'
      const said: string[] = []
      process.on('exit', () => console.log(said.join(', ')))
      ${source}`
  })
  return await new Program(test, join(folder, 'program.ts')).waitForLine()
}

await t.test('an answer that arrived while the event loop was blocked comes before the callback of a delay that is over', async (t) => {
  const shared = new Int32Array(new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT))
  const server = new Worker(SERVER, { eval: true, workerData: shared })
  t.teardown(async () => await server.terminate())
  const [port] = await once(server, 'message') as [number]
  const wasAsked = once(server, 'message')
  const asking = request({ host: '127.0.0.1', port, agent: false }).end()
  const order: string[] = []
  const answered = once(asking, 'response').then(() => undefined)
  asking.once('response', (response) => {
    order.push('answer')
    response.resume()
  })
  await wasAsked

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

await t.test('work in the background does not keep a process alive', async (t) => {
  t.equal(await outputOf(t, "said.push('began'); systemClock.inBackground(30_000, () => { said.push('called back') })"), 'began')
})

await t.test('a delay that is waited for keeps a process alive until it has called back', async (t) => {
  t.equal(await outputOf(t, "said.push('began'); systemClock.after(20, () => { said.push('called back') })"), 'began, called back')
})

await t.test('work in the background is done where the process lives', async (t) => {
  let calls = 0
  systemClock.inBackground(1, () => { calls += 1 })
  await after(5)
  t.equal(calls, 1)
})

await t.test('what is taken back before its time is not called', async (t) => {
  for (const way of WAYS) systemClock[way](1, () => t.fail('was taken back'))()
  await after(5)
})

await t.test('what is taken back when its time is over, but the callback is still to come, is not called', async (t) => {
  for (const way of WAYS) {
    const order: string[] = []
    const cancel = systemClock[way](1, () => order.push('called'))
    const next = after(1).then(() => order.push('the next called'))
    setTimeout(() => {
      order.push('taken back')
      cancel()
    }, 1)
    block(20)
    await next
    t.same(order, ['taken back', 'the next called'])
  }
})

await t.test('taking back what has been called does nothing', async (t) => {
  let calls = 0
  const cancel = systemClock.after(1, () => { calls += 1 })
  await after(1)
  cancel()
  cancel()
  await after(1)
  t.equal(calls, 1)
})

await t.test('a delay longer than the longest of a timer is not over at once, and nothing is warned of', async (t) => {
  const warnings: Error[] = []
  const keep = (warning: Error): void => { warnings.push(warning) }
  process.on('warning', keep)
  t.teardown(() => process.off('warning', keep))
  const delays = [LONGEST_DELAY_MS + 1, LONGEST_DELAY_MS * 1.1, 2 ** 32, Infinity]
  const cancels = delays.flatMap((delayMs) => WAYS.map((way) => systemClock[way](delayMs, () => t.fail(`${delayMs} ms are not over`))))
  t.teardown(() => { for (const cancel of cancels) cancel() })
  await after(5)
  t.same(warnings, [])
})

await t.test('a part of a millisecond is waited for as a whole one', async (t) => {
  const order: string[] = []
  systemClock.after(2, () => order.push('2'))
  systemClock.after(1.5, () => order.push('1.5'))
  await after(2)
  t.same(order, ['2', '1.5'])
})

await t.test('the time for durations never goes back, and goes on', async (t) => {
  const times = Array.from({ length: 1_000 }, () => systemClock.now())
  t.same(times, times.toSorted((left, right) => left - right))
  const before = systemClock.now()
  await after(5)
  t.ok(systemClock.now() > before)
})

await t.test('the date is that of the wall clock', (t) => {
  const [before, date, after] = [Date.now(), systemClock.date(), Date.now()]
  t.ok(before <= date.getTime() && date.getTime() <= after)
  t.end()
})

await t.test('chance is from 0 up to, but not, 1, and another each time', (t) => {
  const numbers = Array.from({ length: 1_000 }, () => systemClock.random())
  t.ok(numbers.every((number) => number >= 0 && number < 1))
  t.ok(new Set(numbers).size > 990)
  t.end()
})
