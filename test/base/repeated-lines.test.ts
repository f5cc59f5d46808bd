import t from 'tap'
import { OpenSummaries, RepeatedLines } from '../../lib/base/repeated-lines.js'
import { ManualClock } from '../support/clock.js'

interface SetUp {
  readonly clock: ManualClock
  readonly summaries: OpenSummaries
  readonly lines: RepeatedLines<number>
  /** The lines as numbers, and the summaries as arrays of their count, seconds and last line. */
  readonly written: readonly unknown[]
}

function setUp (): SetUp {
  const clock = new ManualClock()
  const summaries = new OpenSummaries()
  const written: unknown[] = []
  const lines = new RepeatedLines<number>({
    clock,
    summaries,
    write: (line) => written.push(line),
    summarize: ({ count, seconds, last }) => written.push([count, seconds, last])
  })
  return { clock, summaries, lines, written }
}

/** Adds lines, each some time after the line before. */
async function addEach ({ clock, lines }: SetUp, first: number, last: number, pauseMs: number): Promise<void> {
  for (let line = first; line <= last; line++) {
    lines.add(line)
    await clock.pass(pauseMs)
  }
}

const TEN = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]

await t.test('ten lines within a minute are written, and the next line is a summary of all of them', async (t) => {
  const setting = setUp()
  await addEach(setting, 1, 10, 1_000)
  t.same([setting.written, setting.clock.waiting], [TEN, 0])
  setting.lines.add(11)
  t.same(setting.written, [...TEN, [11, 10, 11]])
  t.same([setting.clock.waiting, setting.clock.keepingAlive], [1, 0])
})

await t.test('one summary per minute replaces further lines, and contains the last line', async (t) => {
  const setting = setUp()
  await addEach(setting, 1, 11, 0)
  await addEach(setting, 12, 48, 1_000)
  t.equal(setting.written.length, 11)
  await setting.clock.pass(23_000)
  t.same(setting.written.slice(10), [[11, 1, 11], [37, 60, 48]])
  await addEach(setting, 49, 50, 30_000)
  t.same(setting.written.slice(12), [[2, 60, 50]])
})

await t.test('after a minute without lines, each line is written again, and no timer is left', async (t) => {
  const setting = setUp()
  await addEach(setting, 1, 11, 0)
  await setting.clock.pass(59_999)
  setting.lines.add(12)
  await setting.clock.pass(60_001)
  t.same(setting.written.slice(10), [[11, 1, 11], [1, 60, 12]])
  t.equal(setting.clock.waiting, 0)
  await addEach(setting, 13, 22, 0)
  t.same(setting.written.slice(12), [13, 14, 15, 16, 17, 18, 19, 20, 21, 22])
})

await t.test('lines are written forever if there are at most ten within any minute', async (t) => {
  const setting = setUp()
  await addEach(setting, 1, 100, 6_000)
  t.equal(setting.written.length, 100)
  t.ok(setting.written.every((line) => typeof line === 'number'))
})

await t.test('close() writes the outstanding summary once, and ends the timer', async (t) => {
  const setting = setUp()
  await addEach(setting, 1, 15, 0)
  await setting.clock.pass(5_000)
  setting.lines.close()
  setting.lines.close()
  t.same(setting.written.slice(10), [[11, 1, 11], [4, 5, 15]])
  t.equal(setting.clock.waiting, 0)
  setting.lines.add(16)
  t.equal(setting.written.at(-1), 16)
})

await t.test('OpenSummaries.close() writes outstanding summaries, and later lines are all written', async (t) => {
  const setting = setUp()
  await addEach(setting, 1, 12, 0)
  setting.summaries.close()
  t.same(setting.written.slice(11), [[1, 1, 12]])
  await addEach(setting, 13, 40, 0)
  t.same([setting.written.length, setting.written.at(-1), setting.clock.waiting], [40, 40, 0])
})

await t.test('a line that a summary causes counts for the next summary', async (t) => {
  const clock = new ManualClock()
  const counts: number[] = []
  const lines = new RepeatedLines<number>({
    clock,
    summaries: new OpenSummaries(),
    write: () => undefined,
    summarize ({ count }) {
      counts.push(count)
      lines.add(0)
    }
  })
  for (let line = 0; line < 11; line++) lines.add(line)
  await clock.pass(60_000)
  t.same(counts, [11, 1])
})
