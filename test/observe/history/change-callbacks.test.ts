import { AsyncLocalStorage } from 'node:async_hooks'
import t from 'tap'
import { ChangeCallbacks } from '../../../lib/observe/history/change-callbacks.js'
import type { HistoryEntry } from '../../../lib/observe/history/history.js'
import { ManualClock } from '../../support/clock.js'
import { RecordingLog } from '../../support/log.js'
import type { Line } from '../../support/log.js'

interface SetUp {
  readonly callbacks: ChangeCallbacks
  readonly lines: readonly Line[]
  readonly clock: ManualClock
}

function setUp (): SetUp {
  const log = new RecordingLog()
  const clock = new ManualClock()
  return { callbacks: new ChangeCallbacks(log, clock), lines: log.lines, clock }
}

function entry (check: string): HistoryEntry {
  return { time: '2026-01-01T00:00:00.000Z', check, from: 'UP', to: 'DOWN' }
}

/** Resolves after the callbacks have been called, and after the promises that they return have settled. */
async function delivery (): Promise<void> {
  for (let turn = 0; turn < 2; turn += 1) await new Promise((resolve) => setImmediate(resolve))
}

await t.test('callbacks are called after the code that causes a change, in the order of the changes', async (t) => {
  const { callbacks } = setUp()
  const seen: string[] = []
  callbacks.add(({ check }) => {
    seen.push(`first ${check}`)
    if (check === 'db') callbacks.notify(entry('lifecycle'))
  })
  callbacks.add(({ check }) => { seen.push(`second ${check}`) })
  callbacks.notify(entry('db'))
  callbacks.notify(entry('cache'))
  t.same(seen, [])
  await delivery()
  t.same(seen, ['first db', 'second db', 'first cache', 'second cache', 'first lifecycle', 'second lifecycle'])
})

await t.test('each callback receives an object of its own', async (t) => {
  const { callbacks } = setUp()
  const seen: HistoryEntry[] = []
  const callback = (change: HistoryEntry): void => {
    seen.push({ ...change })
    Object.assign(change, { check: 'changed' })
  }
  callbacks.add(callback)
  callbacks.add(callback)
  const db = entry('db')
  callbacks.notify(db)
  await delivery()
  t.same([...seen, db], [entry('db'), entry('db'), entry('db')])
})

await t.test('callbacks run outside the context of the request that caused the change', async (t) => {
  const { callbacks } = setUp()
  const requests = new AsyncLocalStorage<string>()
  const seen: unknown[] = []
  callbacks.add(() => { seen.push(requests.getStore()) })
  requests.run('request', () => callbacks.notify(entry('db')))
  await delivery()
  t.same(seen, [undefined])
})

await t.test('the returned function ends the calls of one callback', async (t) => {
  const { callbacks } = setUp()
  const seen: string[] = []
  const callback = ({ check }: HistoryEntry): void => { seen.push(check) }
  const stop = callbacks.add(callback)
  callbacks.add(callback)
  callbacks.notify(entry('db'))
  stop()
  stop()
  await delivery()
  t.same(seen, ['db'], 'the same function was added twice')
})

await t.test('a callback is called for changes after its addition only', async (t) => {
  const { callbacks } = setUp()
  const seen: string[] = []
  callbacks.add(({ check }) => { seen.push(`first ${check}`) })
  callbacks.notify(entry('db'))
  callbacks.add(({ check }) => { seen.push(`second ${check}`) })
  callbacks.notify(entry('cache'))
  await delivery()
  t.same(seen, ['first db', 'first cache', 'second cache'])
})

await t.test('a callback that adds itself again is called once for each addition', async (t) => {
  const { callbacks } = setUp()
  let calls = 0
  const callback = (): void => {
    calls += 1
    if (calls < 1_000) callbacks.add(callback)
  }
  callbacks.add(callback)
  callbacks.notify(entry('db'))
  await delivery()
  t.equal(calls, 1)
  callbacks.notify(entry('db'))
  await delivery()
  t.equal(calls, 3)
})

await t.test('a callback that ends another callback, or itself, is not called for later changes', async (t) => {
  const { callbacks } = setUp()
  const seen: string[] = []
  const stopFirst = callbacks.add(({ check }) => {
    seen.push(`first ${check}`)
    stopFirst()
    stopSecond()
  })
  const stopSecond = callbacks.add(({ check }) => { seen.push(`second ${check}`) })
  callbacks.notify(entry('db'))
  callbacks.notify(entry('cache'))
  await delivery()
  t.same(seen, ['first db'])
})

await t.test('a callback that hangs does not delay the next changes', async (t) => {
  const { callbacks, lines } = setUp()
  const seen: string[] = []
  callbacks.add(async ({ check }) => {
    seen.push(check)
    await new Promise(() => undefined)
  })
  for (const check of ['db', 'cache']) callbacks.notify(entry(check))
  await delivery()
  t.same(seen, ['db', 'cache'])
  t.same(lines, [])
})

await t.test('close() calls the callbacks for outstanding changes, and none later', async (t) => {
  const { callbacks } = setUp()
  const seen: string[] = []
  callbacks.add(({ check }) => { seen.push(check) })
  callbacks.notify(entry('db'))
  callbacks.close()
  t.same(seen, ['db'])
  callbacks.add(({ check }) => { seen.push(`late ${check}`) })()
  callbacks.notify(entry('cache'))
  await delivery()
  t.same(seen, ['db'])
})

await t.test('a callback that throws or rejects is logged, and the others are called', async (t) => {
  const { callbacks, lines } = setUp()
  const seen: string[] = []
  callbacks.add(() => { throw new Error('no chat, password=hunter2') })
  callbacks.add(async () => { await Promise.reject(new Error('no mail')) })
  callbacks.add(() => ({ then: () => { throw new Error('no thenable') } }))
  callbacks.add(({ check }) => { seen.push(check) })
  callbacks.notify(entry('db'))
  await delivery()
  t.same(seen, ['db'])
  t.match(lines, [
    { level: 'error', message: 'a callback of management.onChange() failed: no chat, password=[REDACTED]' },
    { level: 'error', message: 'a callback of management.onChange() failed: no mail' },
    { level: 'error', message: 'a callback of management.onChange() failed: no thenable' }
  ])
  t.equal(lines.length, 3)
})

await t.test('a callback that always fails writes at most ten lines a minute, and then a summary', async (t) => {
  const { callbacks, lines, clock } = setUp()
  callbacks.add(() => { throw new Error('no chat') })
  for (let number = 0; number < 100; number += 1) callbacks.notify(entry('db'))
  await delivery()
  t.equal(lines.length, 11)
  await clock.pass(60_000)
  t.match(lines.at(-1), { message: 'a callback of management.onChange() failed 89 times in 60 s, last: no chat' })
  callbacks.close()
  t.equal(clock.waiting, 0)
})
