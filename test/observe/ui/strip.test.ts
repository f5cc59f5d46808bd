import t from 'tap'
import type { ComponentStatus } from '../../../lib/health/status.js'
import { spanOf, stripOf } from '../../../lib/observe/ui/strip.js'
import type { HistoryEntry } from '../../../lib/observe/history/history.js'

const NOW = Date.parse('2026-11-02T12:00:00.000Z')
const MINUTE = 60_000
const HOUR = { length: 60 * MINUTE, name: 'hour' }

function change (minutes: number, from: ComponentStatus, to: ComponentStatus): HistoryEntry {
  return { time: new Date(NOW - minutes * MINUTE).toISOString(), check: 'db', from, to }
}

function blocks (strip: string): readonly string[] {
  return [...strip.matchAll(/<rect class="(\w+)" x="(\d+)" y="\d+" width="(\d+)"/g)].map(([, ...found]) => found.join(' '))
}

await t.test('the strips show the shortest time with all changes of the last day', (t) => {
  const names = [0.5, 9, 59, 300, 1_400].map((age) => spanOf([change(age, 'UP', 'DOWN')], NOW).name)
  t.same(names, ['minute', '10 minutes', 'hour', '6 hours', 'day'])
  const [recent, older, first] = [change(9, 'UP', 'DOWN'), change(1_500, 'UP', 'DOWN'), change(59, 'UNKNOWN', 'UP')]
  t.equal(spanOf([recent, older], NOW).name, '10 minutes', 'older changes do not count')
  t.equal(spanOf([recent, first], NOW).name, '10 minutes', 'first results do not count')
  t.equal(spanOf([first], NOW).name, 'hour', 'unless nothing else changed')
  t.equal(spanOf([], NOW).name, 'day')
  t.end()
})

await t.test('a strip shows each status as long as it lasted', (t) => {
  const changes = [change(6, 'DOWN', 'UP'), change(12, 'UP', 'DOWN'), change(30, 'UNKNOWN', 'UP')]
  const strip = stripOf({ name: 'db', status: 'UP', since: undefined, changes }, HOUR, NOW)
  t.same(blocks(strip), ['UP 900 100', 'UP 500 300', 'DOWN 800 100'])
  t.match(strip, 'aria-label="db, last hour: 3 changes, now Up"')
  t.end()
})

await t.test('a strip begins with the status before its start, and ends before older statuses', (t) => {
  const changes = [change(50, 'UP', 'DOWN'), change(90, 'DOWN', 'UP'), change(120, 'UP', 'DOWN')]
  const strip = stripOf({ name: 'db', status: 'DOWN', since: undefined, changes }, HOUR, NOW)
  t.same(blocks(strip), ['UP 0 167', 'DOWN 167 833'])
  t.match(strip, '1 change,')
  t.end()
})

await t.test('a short outage stays visible', (t) => {
  const changes = [change(0, 'UP', 'DOWN'), change(30, 'DOWN', 'UP'), change(30, 'UP', 'DOWN')]
  const strip = stripOf({ name: 'db', status: 'DOWN', since: undefined, changes }, HOUR, NOW)
  t.same(blocks(strip), ['UP 500 500', 'DOWN 994 6', 'DOWN 500 6'])
  t.end()
})

await t.test('without changes a strip shows the status since its last change, if that is known', (t) => {
  const { time } = change(15, 'DOWN', 'UP')
  t.same(blocks(stripOf({ name: 'db', status: 'UP', since: time, changes: [] }, HOUR, NOW)), ['UP 750 250'])
  t.equal(stripOf({ name: 'db', status: 'UP', since: undefined, changes: [] }, HOUR, NOW), '')
  t.end()
})

await t.test('the heights of the statuses differ, because not every reader sees their colors', (t) => {
  const statuses: readonly ComponentStatus[] = ['UP', 'DEGRADED', 'OUT_OF_SERVICE', 'DOWN', 'UNKNOWN']
  const heights = statuses.map((status) => {
    const { time } = change(15, 'DOWN', 'UP')
    return /height="(\d+)"/.exec(stripOf({ name: 'db', status, since: time, changes: [] }, HOUR, NOW))?.[1]
  })
  t.equal(new Set(heights).size, statuses.length)
  t.end()
})
