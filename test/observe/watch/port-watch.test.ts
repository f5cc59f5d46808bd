import t from 'tap'
import { PortWatch } from '../../../lib/observe/watch/port-watch.js'
import { block, ManualClock } from '../../support/clock.js'
import { RecordingLog } from '../../support/log.js'
import { systemClock } from '../../../lib/base/clock.js'

/** The answers of the app's port, in order; the last one repeats. */
type Answers = readonly ('ok' | 'endless' | 'refused' | 'hangs' | 'not listening' | 'throws')[]

interface Watched {
  readonly clock: ManualClock
  readonly watch: PortWatch
  readonly log: RecordingLog
  /** The times at which requests were sent. */
  readonly sentAt: readonly number[]
  /** The changes of readiness. */
  readonly changes: readonly string[]
  /** The connections that are open. */
  readonly open: () => number
}

function watched (answers: Answers): Watched {
  const clock = new ManualClock()
  const log = new RecordingLog()
  const sentAt: number[] = []
  const changes: string[] = []
  let open = 0
  const watch = new PortWatch({
    clock,
    log,
    lifecycle: {
      portFails: (reason) => changes.push(`${clock.now()} ${reason}`),
      portAnswers: () => changes.push(`${clock.now()} answers`)
    },
    send: () => {
      const answer = answers[Math.min(sentAt.length, answers.length - 1)]
      sentAt.push(clock.now())
      if (answer === 'not listening') return undefined
      if (answer === 'throws') throw new Error('no address')
      if (answer === 'ok') return { answered: Promise.resolve(), end: () => undefined }
      open += 1
      const answered = new Promise<void>((resolve, reject) => {
        if (answer === 'endless') resolve()
        if (answer === 'refused') reject(new Error('connect ECONNREFUSED'))
      })
      return { answered, end: () => { open -= 1 } }
    }
  })
  return { clock, watch, log, sentAt, changes, open: () => open }
}

await t.test('PortWatch requests the port every 5 s, and does not keep the process alive', async (t) => {
  const { clock, watch, sentAt, changes } = watched(['ok'])
  await clock.pass(60_000)
  t.same(sentAt, [], 'it does not begin before start()')
  watch.start()
  watch.start()
  await clock.pass(15_000)
  t.same(sentAt, [60_000, 65_000, 70_000, 75_000])
  t.same([clock.keepingAlive, changes], [0, []])
})

await t.test('PortWatch reports two failures in a row, retries every second, and ends at a success', async (t) => {
  const { clock, watch, sentAt, changes } = watched(['ok', 'hangs', 'refused', 'refused', 'hangs', 'ok'])
  watch.start()
  await clock.pass(18_000)
  t.same(sentAt, [0, 5_000, 10_000, 11_000, 12_000, 13_000, 18_000])
  t.same(changes, ['10000 the port of the app gives no answer: connect ECONNREFUSED', '13000 answers'])
})

await t.test('PortWatch does not report a single failure', async (t) => {
  const { clock, watch, changes, sentAt } = watched(['ok', 'hangs', 'ok', 'refused', 'ok', 'refused', 'ok'])
  watch.start()
  await clock.pass(60_000)
  t.same([sentAt.length, changes], [13, []])
})

await t.test('PortWatch closes the connection of a request that gets no answer within 1 s', async (t) => {
  const { clock, watch, open, changes } = watched(['ok', 'hangs'])
  watch.start()
  await clock.pass(5_999)
  t.equal(open(), 1)
  await clock.pass(1)
  t.equal(open(), 0)
  await clock.pass(5_000)
  t.same(changes, ['11000 the port of the app gives no answer: no answer within 1000 ms'])
})

await t.test('PortWatch turns itself off with one warning if no request has ever succeeded', async (t) => {
  const { clock, watch, log, sentAt, changes, open } = watched(['refused'])
  watch.start()
  await clock.pass(60_000)
  t.same([sentAt, changes, clock.waiting, open()], [[0, 5_000], [], 0, 0])
  t.match(log.lines, { length: 1 })
  t.match(log.lines, [{
    level: 'warn',
    message: 'the port of the app is not watched, so readiness on the separate port does not show whether that port ' +
      'answers: connect ECONNREFUSED. Set "listen.watch" to false if your app answers in another way'
  }])
  watch.start()
  await clock.pass(60_000)
  t.equal(sentAt.length, 2)
})

await t.test('PortWatch counts neither a failure nor a success while the app does not listen', async (t) => {
  const { clock, watch, changes, sentAt } = watched(['ok', 'refused', 'not listening', 'refused', 'ok'])
  watch.start()
  await clock.pass(15_000)
  t.same(sentAt, [0, 5_000, 10_000, 15_000])
  t.match(changes, [/^15000 the port of the app gives no answer/])
})

await t.test('stop() ends the watch at once, also before start(), and during a request', async (t) => {
  for (const passedMs of [0, 4_000, 5_500]) {
    const { clock, watch, sentAt, changes, open } = watched(['ok', 'hangs'])
    watch.start()
    await clock.pass(passedMs)
    const before = sentAt.length
    watch.stop()
    await clock.pass(60_000)
    t.same([sentAt.length, open(), clock.waiting, changes], [before, 0, 0, []], `after ${passedMs} ms`)
  }
  const { clock, watch, sentAt } = watched(['ok'])
  watch.stop()
  watch.start()
  await clock.pass(60_000)
  t.same(sentAt, [])
})

await t.test('time in which the event loop is blocked does not count', async (t) => {
  // The timers of the watch do not keep this process alive.
  const alive = setInterval(() => undefined, 1_000)
  t.teardown(() => clearInterval(alive))
  let answer: () => void = () => undefined
  const changes: string[] = []
  let requests = 0
  const sent = new Promise<void>((resolve) => {
    const watch = new PortWatch({
      clock: systemClock,
      log: new RecordingLog(),
      lifecycle: { portFails: (reason) => changes.push(reason), portAnswers: () => undefined },
      send: () => {
        requests += 1
        resolve()
        return { answered: new Promise((resolve) => { answer = resolve }), end: () => changes.push('ended') }
      }
    })
    t.teardown(() => watch.stop())
    watch.start()
  })
  await sent
  block(1_500)
  // Several turns, in which a timer that has passed would fire.
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => { setImmediate(resolve) })
  answer()
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => { setImmediate(resolve) })
  t.same([requests, changes], [1, []])
})

await t.test('PortWatch counts a request that cannot be sent as a failure', async (t) => {
  const { clock, watch, changes, log } = watched(['ok', 'throws'])
  watch.start()
  await clock.pass(10_000)
  t.same([changes, log.lines], [['10000 the port of the app gives no answer: no address'], []])
  watch.stop()
})

await t.test('PortWatch closes the connection of an answer without an end', async (t) => {
  const { clock, watch, open, changes } = watched(['endless'])
  watch.start()
  await clock.pass(20_000)
  t.equal(open(), 1)
  watch.stop()
  t.same([open(), changes], [0, []])
})
