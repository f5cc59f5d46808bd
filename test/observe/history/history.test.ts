import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import t from 'tap'
import type { TimedChange } from '../../../lib/health/check/check-observer.js'
import type { CheckResult } from '../../../lib/health/check/result.js'
import { HealthEngine } from '../../../lib/health/engine.js'
import { Kinds } from '../../../lib/health/kind.js'
import { History } from '../../../lib/observe/history/history.js'
import { ManualClock } from '../../support/clock.js'
import { RecordingLog } from '../../support/log.js'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

/** The most memory of a full history, in bytes. The documentation names it. */
const MOST_MEMORY = 2_000_000

/** The most memory of 1,000 checks that have failed, with the history, in bytes. The documentation names it. */
const MOST_MEMORY_OF_CHECKS = 6_000_000

const ROUNDS = 12

/** A reason of the greatest length, in the wider of the two forms that Node.js keeps texts in. */
const LONGEST_REASON = 'ö'.repeat(1_000)

function newHistory (): History {
  return new History(new RecordingLog(), new ManualClock())
}

/** The nth change of a check. The number is its time. */
function change (number: number, check = 'db', more: Partial<TimedChange> = {}): TimedChange {
  return { time: new Date(number).toISOString(), check, from: 'UP', to: 'DOWN', error: 'refused', ...more }
}

function numbersIn (entries: readonly { readonly time: string }[]): number[] {
  return entries.map(({ time }) => Date.parse(time))
}

await t.test('entries() returns the changes of all checks or of one check, newest first', (t) => {
  const history = newHistory()
  history.record(change(1, 'db'))
  history.record(change(2, 'cache'))
  history.record(change(3, 'db', { from: 'DOWN', to: 'UP', error: undefined, durationMs: 1.5 }))
  t.same(history.entries(), [
    { time: '1970-01-01T00:00:00.003Z', check: 'db', from: 'DOWN', to: 'UP', durationMs: 1.5 },
    { time: '1970-01-01T00:00:00.002Z', check: 'cache', from: 'UP', to: 'DOWN', error: 'refused' },
    { time: '1970-01-01T00:00:00.001Z', check: 'db', from: 'UP', to: 'DOWN', error: 'refused' }
  ])
  t.same(numbersIn(history.entries('db')), [3, 1])
  for (const name of ['mail', '__proto__', 'constructor']) t.same(history.entries(name), [], name)
  t.end()
})

await t.test('the caller of entries() may change them', (t) => {
  const history = newHistory()
  history.record(change(1))
  const [entry] = history.entries()
  Object.assign(entry ?? {}, { check: 'changed' })
  t.match(history.entries(), [{ check: 'db' }])
  t.end()
})

await t.test('the history keeps the last 50 changes of one check', (t) => {
  const history = newHistory()
  history.record(change(0, 'cache'))
  for (let number = 1; number <= 60; number += 1) history.record(change(number))
  t.same(numbersIn(history.entries('db')), Array.from({ length: 50 }, (_, at) => 60 - at))
  t.same(numbersIn(history.entries('cache')), [0], 'a flapping check does not displace another')
  t.end()
})

await t.test('the history keeps the last 500 changes of all checks', (t) => {
  const history = newHistory()
  for (let number = 0; number < 3_000; number += 1) history.record(change(number, `check-${number % 1_000}`))
  t.same(numbersIn(history.entries()), Array.from({ length: 500 }, (_, at) => 2_999 - at))
  t.same(history.entries('check-0'), [], 'the oldest changes are dropped first')
  t.end()
})

await t.test('a reason in the history is a text of at most 1,000 characters', (t) => {
  const history = newHistory()
  const errors = ['x'.repeat(2_000), { code: 'E1', retries: [1, 2] }, 5, '', undefined, null]
  for (const [number, error] of errors.entries()) history.record(change(number, 'db', { error }))
  const reasons = history.entries().reverse().map(({ error }) => error)
  t.equal(reasons[0]?.length, 1_001, 'with the sign for the part that was cut off')
  t.same(reasons.slice(1), ['{"code":"E1","retries":[1,2]}', '5', undefined, undefined, undefined])
  t.end()
})

await t.test('a history of 1,000 flapping checks takes at most 2 MB', (t) => {
  const history = newHistory()
  collectGarbage()
  const before = process.memoryUsage().heapUsed
  for (let number = 0; number < 20_000; number += 1) {
    // A text of 30 kB: the history must not keep the whole text for its first part.
    history.record(change(number, `check-${number % 1_000}`, { error: `${number} ${'ö reason '.repeat(3_000)}` }))
  }
  collectGarbage()
  const used = process.memoryUsage().heapUsed - before
  t.equal(history.entries().length, 500)
  t.ok(used < MOST_MEMORY, `${used} bytes`)
  t.end()
})

await t.test('1,000 flapping checks and their history take at most 6 MB', async (t) => {
  const history = newHistory()
  const log = new RecordingLog()
  const engine = new HealthEngine(new Kinds([]), {
    log: Object.assign(log, { warn: () => undefined, info: () => undefined }),
    owner: {},
    clock: new ManualClock(),
    defaults: {},
    isServing: () => true,
    onChange: (change) => history.record(change)
  })
  let round = 0
  // Only the last failure has a long reason, because its redaction takes time.
  const check = (): CheckResult => round % 2 === 0
    ? true
    : { status: 'DOWN', details: { error: round < ROUNDS - 1 ? 'refused' : `${round} ${LONGEST_REASON}` } }
  for (let number = 0; number < 1_000; number += 1) engine.add(['health'], `check-${number}`, check, {})
  await engine.report({ kind: 'health' })
  collectGarbage()
  const before = process.memoryUsage().heapUsed
  // After ten changes, the log begins to summarize, and keeps the outstanding line.
  for (round = 1; round <= ROUNDS; round += 1) await engine.report({ kind: 'health' })
  collectGarbage()
  const used = process.memoryUsage().heapUsed - before
  t.equal(history.entries().length, 500)
  t.ok(used < MOST_MEMORY_OF_CHECKS, `${used} bytes`)
})
