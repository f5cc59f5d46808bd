import t from 'tap'
import type { CollectedInfo } from '../../lib/info/collect.js'
import { InfoReport } from '../../lib/info/info-report.js'
import type { InfoSources } from '../../lib/info/info-report.js'
import { ManualClock } from '../support/clock.js'
import { RecordingLog } from '../support/log.js'

const OWN = { app: { name: 'shop' }, 'trace.attributes': { 'service.name': 'shop' } }

const of = (collected: CollectedInfo) => async (): Promise<CollectedInfo> => await Promise.resolve(collected)

interface Setting {
  readonly info: InfoReport
  readonly log: RecordingLog
  readonly clock: ManualClock
}

function setUp (sources: Partial<InfoSources> = {}): Setting {
  const log = new RecordingLog()
  const clock = new ManualClock()
  const info = new InfoReport({ collected: of(OWN), version: '1.2.3', more: undefined, log, clock, ...sources })
  return { info, log, clock }
}

await t.test('report() contains the version in the app and in the attributes', async (t) => {
  t.same(await setUp().info.report(), {
    app: { name: 'shop', version: '1.2.3' },
    'trace.attributes': { 'service.version': '1.2.3', 'service.name': 'shop' }
  })
})

await t.test('version() and report() redact the option version, as a text and as a function', async (t) => {
  for (const version of ['token=x\u009b', () => 'token=x\u009b', async () => await Promise.resolve('token=x\u009b')]) {
    const { info } = setUp({ version })
    t.equal(await info.version(), 'token=[REDACTED]')
    t.match(await info.report(), {
      app: { version: 'token=[REDACTED]' }, 'trace.attributes': { 'service.version': 'token=[REDACTED]' }
    })
  }
  t.equal(await setUp({ version: '1\u202e' }).info.version(), '1\\u{202e}')
})

await t.test('report() and version() share the calls of concurrent requests, and call again afterwards', async (t) => {
  const calls = { version: 0, info: 0, section: 0 }
  const count = async (name: keyof typeof calls): Promise<number> => {
    calls[name] += 1
    return await Promise.resolve(calls[name])
  }
  const { info } = setUp({
    version: async () => String(await count('version')),
    more: async () => ({ n: await count('info') })
  })
  info.add('section', async () => await count('section'))
  for (const n of [1, 2]) {
    const reports = await Promise.all(Array.from({ length: 100 }, async () => await info.report()))
    const versions = await Promise.all(Array.from({ length: 100 }, async () => await info.version()))
    t.same(new Set(reports.map(({ n }) => n)), new Set([n]))
    t.equal(new Set(versions).size, 1)
  }
  t.same(calls, { version: 4, info: 2, section: 2 })
})

await t.test('requests for /info do not pile up calls of a section that hangs', async (t) => {
  let calls = 0
  const { info, clock } = setUp()
  info.add('slow', async () => { calls += 1; await new Promise(() => undefined) })
  const reports = Array.from({ length: 100 }, async () => await info.report())
  await clock.pass(800)
  t.match(await Promise.all(reports), reports.map(() => ({ slow: { error: 'unavailable' } })))
  t.equal(calls, 1)
})

await t.test('report() has no service.version attribute when the version is unknown', async (t) => {
  t.same(await setUp({ version: 'unknown' }).info.report(), {
    app: { name: 'shop', version: 'unknown' },
    'trace.attributes': { 'service.name': 'shop' }
  })
})

await t.test('version() comes from the app\'s package.json, or is unknown, without the option', async (t) => {
  const collected = of({ ...OWN, app: { name: 'shop', version: '3.2.1' } })
  t.equal(await setUp({ collected, version: undefined }).info.version(), '3.2.1')
  t.equal(await setUp({ version: undefined }).info.version(), 'unknown')
  t.equal(await setUp({ collected }).info.version(), '1.2.3')
})

await t.test('version() ignores package.json and is unknown when the function version fails', async (t) => {
  const collected = of({ ...OWN, app: { name: 'shop', version: '3.2.1' } })
  t.equal(await setUp({ collected, version: () => '' }).info.version(), 'unknown')
})

await t.test('report() prefers a collected service.version attribute to the version of the app', async (t) => {
  const collected = of({ ...OWN, 'trace.attributes': { 'service.version': '9' } })
  t.match(await setUp({ collected }).info.report(), {
    app: { version: '1.2.3' },
    'trace.attributes': { 'service.version': '9' }
  })
})

await t.test('report() puts the app\'s sections last and merges a section that both have', async (t) => {
  const more = { app: { description: 'sells things' }, team: { name: 'a' }, 'trace.attributes': 'not an object' }
  const report = await setUp({ more }).info.report()
  t.same(report, {
    app: { name: 'shop', version: '1.2.3', description: 'sells things' },
    'trace.attributes': { 'service.version': '1.2.3', 'service.name': 'shop' },
    team: { name: 'a' }
  })
  t.same(Object.keys(report), ['app', 'trace.attributes', 'team'])
})

await t.test('report() reads an info object only once', async (t) => {
  const more = { team: 'a' }
  const { info } = setUp({ more })
  more.team = 'b'
  t.match(await info.report(), { team: 'a' })
})

await t.test('report() accepts an info function that returns an object or a promise', async (t) => {
  t.match(await setUp({ more: () => ({ a: 1 }) }).info.report(), { a: 1 })
  t.match(await setUp({ more: async () => await Promise.resolve({ a: 1 }) }).info.report(), { a: 1 })
})

await t.test('report() shows info as unavailable when its function fails or returns no object', async (t) => {
  for (const more of [() => { throw new Error('no') }, () => 5, () => undefined, () => [], () => new Error('secret')]) {
    const { info, log } = setUp({ more })
    t.match(await info.report(), { app: { name: 'shop' }, info: { error: 'unavailable' } })
    await info.report()
    t.match(log.lines, { length: 1 })
  }
})

await t.test('report() shows a failed section as unavailable and keeps the other sections', async (t) => {
  const { info, log } = setUp()
  info.add('bad', () => { throw new Error('no') })
  info.add('error', () => new Error('secret'))
  info.add('good', async () => await Promise.resolve([1n]))
  info.add('empty', () => undefined)
  t.match(await info.report(), {
    bad: { error: 'unavailable' },
    error: { error: 'unavailable' },
    good: ['1'],
    empty: null,
    app: { name: 'shop' }
  })
  t.match(log.lines, [
    { level: 'warn', function: 'info section bad', error: 'no' },
    { function: 'info section error', error: 'secret' }
  ])
})

await t.test('report() shows all functions that hang as unavailable after 800 ms', async (t) => {
  const hang = async (): Promise<string> => await new Promise(() => undefined)
  const { info, clock } = setUp({ more: hang, version: hang })
  info.add('slow', hang)
  const report = info.report()
  await clock.pass(800)
  t.match(await report, {
    app: { version: 'unknown' },
    info: { error: 'unavailable' },
    slow: { error: 'unavailable' }
  })
})

await t.test('report() redacts secrets in the app\'s sections', async (t) => {
  const { info } = setUp({ more: { db: { url: 'postgres://u:p@h', password: 'x' } } })
  t.match(await info.report(), { db: { url: 'postgres://[REDACTED]@h', password: '[REDACTED]' } })
})

await t.test('add() throws when the name of a section is taken', (t) => {
  const { info } = setUp()
  info.add('queue', () => 1)
  for (const name of ['queue', 'app', 'trace.attributes', 'git', 'build', 'info']) {
    t.throws(() => info.add(name, () => 1), {
      code: 'FST_MANAGEMENT_NAME_TAKEN',
      message: `the info section name "${name}" is taken: give this section another name`
    })
  }
  t.end()
})
