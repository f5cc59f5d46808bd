import t from 'tap'
import type { Blocker } from '../../../../lib/observe/thread/messages.js'
import { BlockReporter } from '../../../../lib/observe/thread/worker/block-reporter.js'
import type { BlockReporterDependencies } from '../../../../lib/observe/thread/worker/block-reporter.js'
import { ManualClock } from '../../../support/clock.js'

const PARSE = { function: 'parseCsv', file: '/app/lib/csv.js', line: 41 }

interface SetUp {
  readonly clock: ManualClock
  readonly state: { beatAt: number, isDebugged: boolean }
  readonly found: (Blocker | undefined)[]
  readonly lines: string[]
  /** The times at which the reporter has told of its lines. */
  readonly written: number[]
  readonly reporter: BlockReporter
}

function setUp (options: Partial<BlockReporterDependencies> = {}): SetUp {
  const clock = new ManualClock()
  const state = { beatAt: 0, isDebugged: false }
  const found: (Blocker | undefined)[] = []
  const lines: string[] = []
  const written: number[] = []
  const reporter = new BlockReporter({
    state,
    clock,
    blocker: true,
    maxBlocked: 30_000,
    logFields: { pid: 1 },
    report: (blocker) => { found.push(blocker) },
    onLine: () => { written.push(clock.now()) },
    find: async () => await Promise.resolve(PARSE),
    write: (line) => { lines.push(line) },
    ...options
  })
  return { clock, state, found, lines, written, reporter }
}

await t.test('look() searches once per block, and at most once in ten seconds', async (t) => {
  const { reporter, clock, state, found } = setUp()
  reporter.look(449)
  reporter.look(450)
  reporter.look(1_250)
  await clock.pass(9_000)
  state.beatAt = 9_000
  reporter.look(1_500)
  await clock.pass(1_000)
  t.same(found, [PARSE])
  reporter.look(1_500)
  await clock.pass(0)
  t.same(found, [PARSE, PARSE])
})

await t.test('look() searches for a block of five seconds, and writes a line about it', async (t) => {
  const { reporter, clock, state, found, lines, written } = setUp()
  reporter.look(1_000)
  state.beatAt = 2_000
  await clock.pass(7_000)
  reporter.look(5_000)
  await clock.pass(250)
  t.same(lines, [])
  reporter.look(5_250)
  reporter.look(5_500)
  t.same(found, [PARSE, PARSE])
  t.same(lines.map((line) => JSON.parse(line) as unknown), [{
    level: 40,
    time: 7_250,
    pid: 1,
    blockedMs: 5_250,
    ...PARSE,
    msg: 'the event loop has been blocked for 5.3 s at parseCsv (/app/lib/csv.js:41)'
  }])
  await clock.pass(60_000)
  reporter.look(65_000)
  t.equal(lines.length, 2)
  t.same(written, [7_250, 67_250])
})

await t.test('look() writes before liveness fails, and without a name when the search is off', (t) => {
  const { reporter, found, lines } = setUp({ blocker: false, maxBlocked: 2_000 })
  reporter.look(1_999)
  reporter.look(2_000)
  t.same(found, [])
  t.match(lines, [/"msg":"the event loop has been blocked for 2\.0 s"/])
  t.end()
})

await t.test('look() does nothing while a debugger listens', (t) => {
  const { reporter, state, found, lines } = setUp()
  state.isDebugged = true
  reporter.look(10_000)
  t.same([found, lines], [[], []])
  t.end()
})

await t.test('look() writes nothing when the logger of the app writes no JSON', (t) => {
  const { reporter, lines } = setUp({ logFields: undefined, blocker: false })
  reporter.look(10_000)
  t.same(lines, [])
  t.end()
})
