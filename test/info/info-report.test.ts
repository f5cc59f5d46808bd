import t from 'tap'
import { InfoReport } from '../../lib/info/info-report.js'
import type { InfoSources } from '../../lib/info/info-report.js'
import { ManualClock } from '../support/clock.js'
import { KeepingLog } from '../support/log.js'

const OWN = { app: { name: 'shop' }, 'trace.attributes': { 'service.name': 'shop' } }

interface Setting {
  readonly info: InfoReport
  readonly log: KeepingLog
  readonly clock: ManualClock
}

function setUp (sources: Partial<InfoSources> = {}): Setting {
  const log = new KeepingLog()
  const clock = new ManualClock()
  return { log, clock, info: new InfoReport({ collected: OWN, version: '1.2.3', more: undefined, log, clock, ...sources }) }
}

await t.test('the version stands in the app and in the attributes', async (t) => {
  t.same(await setUp().info.report(), {
    app: { name: 'shop', version: '1.2.3' },
    'trace.attributes': { 'service.version': '1.2.3', 'service.name': 'shop' }
  })
})

await t.test('a version that is unknown is no attribute', async (t) => {
  t.same(await setUp({ version: 'unknown' }).info.report(), { app: { name: 'shop', version: 'unknown' }, 'trace.attributes': { 'service.name': 'shop' } })
})

await t.test('a version of the environment wins over the app\'s in the attributes', async (t) => {
  const collected = { ...OWN, 'trace.attributes': { 'service.version': '9' } }
  t.match(await setUp({ collected }).info.report(), { app: { version: '1.2.3' }, 'trace.attributes': { 'service.version': '9' } })
})

await t.test('what the app adds comes behind, and inside a section of both the app\'s keys are added', async (t) => {
  const more = { app: { description: 'sells things' }, team: { name: 'a' }, 'trace.attributes': 'not an object' }
  const report = await setUp({ more }).info.report()
  t.same(report, {
    app: { name: 'shop', version: '1.2.3', description: 'sells things' },
    'trace.attributes': { 'service.version': '1.2.3', 'service.name': 'shop' },
    team: { name: 'a' }
  })
  t.same(Object.keys(report), ['app', 'trace.attributes', 'team'])
})

await t.test('what the app adds is read once', async (t) => {
  const more = { team: 'a' }
  const { info } = setUp({ more })
  more.team = 'b'
  t.match(await info.report(), { team: 'a' })
})

await t.test('what the app adds may be a function, at once or later', async (t) => {
  t.match(await setUp({ more: () => ({ a: 1 }) }).info.report(), { a: 1 })
  t.match(await setUp({ more: async () => await Promise.resolve({ a: 1 }) }).info.report(), { a: 1 })
})

await t.test('a function that fails or gives no object is unavailable, and the rest stands', async (t) => {
  for (const more of [() => { throw new Error('no') }, () => 5, () => undefined, () => [], () => new Error('secret')]) {
    const { info, log } = setUp({ more })
    t.match(await info.report(), { app: { name: 'shop' }, info: { error: 'unavailable' } })
    await info.report()
    t.match(log.lines, { length: 1 })
  }
})

await t.test('a section that fails is unavailable, and the rest stands', async (t) => {
  const { info, log } = setUp()
  info.add('bad', () => { throw new Error('no') })
  info.add('error', () => new Error('secret'))
  info.add('good', async () => await Promise.resolve([1n]))
  info.add('empty', () => undefined)
  t.match(await info.report(), { bad: { error: 'unavailable' }, error: { error: 'unavailable' }, good: ['1'], empty: null, app: { name: 'shop' } })
  t.match(log.lines, [{ level: 'warn', function: 'info section bad', error: 'no' }, { function: 'info section error', error: 'secret' }])
})

await t.test('functions that hang are unavailable after 800 ms, all at once', async (t) => {
  const hang = async (): Promise<string> => await new Promise(() => undefined)
  const { info, clock } = setUp({ more: hang, version: hang })
  info.add('slow', hang)
  const report = info.report()
  await clock.pass(800)
  t.match(await report, { app: { version: 'unknown' }, info: { error: 'unavailable' }, slow: { error: 'unavailable' } })
})

await t.test('secrets in what the app adds are hidden', async (t) => {
  t.match(await setUp({ more: { db: { url: 'postgres://u:p@h', password: 'x' } } }).info.report(), { db: { url: 'postgres://[REDACTED]@h', password: '[REDACTED]' } })
})

await t.test('a section has a name that is free', (t) => {
  const { info } = setUp()
  info.add('queue', () => 1)
  for (const name of ['queue', 'app', 'trace.attributes', 'git', 'build', 'info']) {
    t.throws(() => info.add(name, () => 1), { code: 'FST_MANAGEMENT_NAME_TAKEN', message: `the info section name "${name}" is taken: give this section another name` })
  }
  t.end()
})
