import t from 'tap'
import { factList, factsOf } from '../../../lib/observe/ui/facts.js'
import { agoTag, durationOf, escape, lengthOf, timeTag } from '../../../lib/observe/ui/html.js'

const NOW = Date.parse('2026-11-02T03:15:00.000Z')

await t.test('lengths of time have at most two units', (t) => {
  const lengths = [-5, 59_999, 60_000, 3_900_000, 90_000_000]
  t.same(lengths.map(lengthOf), ['0 s', '59 s', '1 min', '1 h 5 min', '1 d 1 h'])
  t.end()
})

await t.test('durations of runs are rounded', (t) => {
  t.same([0.04, 1.54, 9.96, 803.3, 2_440].map(durationOf), ['0 ms', '1.5 ms', '10 ms', '803 ms', '2.4 s'])
  t.end()
})

await t.test('a time has its date if it is on another day', (t) => {
  t.equal(timeTag('2026-11-02T03:10:22.345Z', NOW), '<time datetime="2026-11-02T03:10:22.345Z">03:10:22 UTC</time>')
  t.match(timeTag('2026-11-02T00:30:00+02:00', NOW), '>2026-11-01 22:30:00 UTC<')
  t.end()
})

await t.test('a time that does not exist is shown as it is', (t) => {
  t.same([timeTag, agoTag].map((tag) => tag('2026-99-99T00:00:00Z', NOW)), Array(2).fill('2026-99-99T00:00:00Z'))
  t.end()
})

await t.test('values that are not text are shown as JSON', (t) => {
  t.same([1, null, ['<'], undefined].map(escape), ['1', 'null', '[&#34;&#60;&#34;]', ''])
  t.end()
})

await t.test('facts have the path of each value', (t) => {
  const info = { app: { name: 'a' }, tags: ['b'], none: null }
  t.same(factsOf(info), [['app › name', 'a'], ['tags', ['b']], ['none', null]])
  t.equal(factsOf(Object.fromEntries(Array.from({ length: 1_000 }, (_, at) => [`k${at}`, at]))).length, 200)
  t.equal(factList({}), '')
  t.end()
})
