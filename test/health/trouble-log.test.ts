import t from 'tap'
import { OpenSummaries } from '../../lib/base/repeated-lines.js'
import { TroubleLog } from '../../lib/health/trouble-log.js'
import { ManualClock } from '../support/clock.js'
import { RecordingLog } from '../support/log.js'

function setUp (): { readonly troubles: TroubleLog, readonly clock: ManualClock, readonly log: RecordingLog } {
  const [clock, log] = [new ManualClock(), new RecordingLog()]
  return { troubles: new TroubleLog({ log, clock, summaries: new OpenSummaries() }), clock, log }
}

await t.test('runs that hang are summarized after ten lines within a minute', async (t) => {
  const { troubles, clock, log } = setUp()
  for (let abandoned = 1; abandoned <= 13; abandoned++) troubles.hangs({ check: 'db', kinds: ['readiness'], abandoned })
  await clock.pass(60_000)
  t.equal(log.lines.length, 12)
  t.match(log.lines[0], { level: 'warn', abandoned: 1, message: /^check "db" hangs: a run that timed out/ })
  t.match(log.lines[11], {
    level: 'warn',
    check: 'db',
    kinds: ['readiness'],
    abandoned: 13,
    hangs: 2,
    seconds: 60,
    message: 'check "db" hung 2 times in 60 s: runs that timed out have not ended'
  })
})

await t.test('abort listeners that fail are summarized after ten lines within a minute', async (t) => {
  const { troubles, clock, log } = setUp()
  for (let failure = 0; failure < 12; failure++) troubles.listenerFailed('db', new Error(`token=abcdef ${failure}`))
  await clock.pass(60_000)
  t.equal(log.lines.length, 12)
  t.match(log.lines[0], {
    level: 'error',
    check: 'db',
    err: { message: 'token=[REDACTED] 0' },
    message: 'check "db": an abort listener failed: token=[REDACTED] 0'
  })
  t.match(log.lines[11], {
    level: 'error',
    check: 'db',
    err: { message: 'token=[REDACTED] 11' },
    failures: 1,
    seconds: 60,
    message: 'check "db": abort listeners failed once in 60 s, last: token=[REDACTED] 11'
  })
})

await t.test('an abort listener that rejects with a value that is no Error is logged with its description', (t) => {
  const { troubles, log } = setUp()
  troubles.listenerFailed('db', undefined)
  t.match(log.lines, [{ level: 'error', message: 'check "db": an abort listener failed: threw undefined' }])
  t.end()
})
