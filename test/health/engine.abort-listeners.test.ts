import t from 'tap'
import { nextTurn } from '../../lib/base/timers.js'
import type { CheckFunction } from '../../lib/health/check/check-function.js'
import { setUpEngine } from '../support/engine.js'
import type { EngineSetUp } from '../support/engine.js'

/** The ends of a run that abort its signal. */
const ENDS: Readonly<Record<string, (setUp: EngineSetUp) => unknown>> = {
  'times out': async ({ clock }) => await clock.pass(800),
  'is removed': ({ engine }) => engine.remove('db'),
  'ends because the app closes': ({ engine }) => engine.close()
}

/** Hangs, with an abort listener that throws. */
const hangs: CheckFunction = async ({ signal }) => {
  let connection: { destroy: () => void } | undefined
  signal.addEventListener('abort', () => (connection as { destroy: () => void }).destroy())
  await new Promise(() => { connection = undefined })
}

for (const [what, end] of Object.entries(ENDS)) {
  await t.test(`an abort listener that throws is logged with the check's name when the check ${what}`, async (t) => {
    const setUp = setUpEngine()
    setUp.engine.add(['readiness'], 'db', hangs, {})
    const report = setUp.engine.report({ kind: 'readiness' })
    await end(setUp)
    await report
    await nextTurn()
    t.match(setUp.log.lines.filter(({ level }) => level === 'error'), [{
      check: 'db',
      err: { name: 'TypeError' },
      message: /^check "db": an abort listener failed: Cannot read properties of undefined/
    }])
  })
}
