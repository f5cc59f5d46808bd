import { Script } from 'node:vm'
import t from 'tap'
import type { ComponentStatus } from '../../../lib/health/status.js'
import { CLIENT, STYLESHEET } from '../../../lib/observe/ui/assets.js'
import { favicon, ICONS } from '../../../lib/observe/ui/html.js'
import { pageOf } from '../../../lib/observe/ui/page.js'
import type { PageContent } from '../../../lib/observe/ui/page.js'

const NOW = Date.parse('2026-11-02T03:15:00.000Z')
const EMPTY: PageContent = { status: 'UP', now: NOW, time: '2026-11-02T03:14:58.000Z', isLate: false, base: 'ui/' }
const BROKEN: PageContent = {
  ...EMPTY,
  status: 'DOWN',
  version: '1.0.0',
  info: {
    app: { name: 'bookshop' }, 'trace.attributes': { 'host.name': 'node-7', 'k8s.pod.name': 'shop-5d' }, tags: ['a']
  },
  probes: [{ kind: 'liveness', status: 'UP' }, { kind: 'readiness', status: 'DOWN' }],
  components: {
    cache: {
      status: 'UP', since: '2026-11-02T03:00:00.000Z', lastFailure: { time: '2026-11-01T02:59:00.000Z', durationMs: 1 }
    },
    later: { status: 'UNKNOWN' },
    old: { status: 'DOWN', since: '2026-11-02T01:00:00.000Z', details: { size: 3 } },
    db: {
      status: 'DOWN',
      details: { error: '<img src=x onerror=alert(1)> & "it\'s"', pool: { open: 3 } },
      time: '2026-11-02T03:14:57.000Z',
      durationMs: 1.5,
      components: {
        replica: { status: 'DOWN', details: { error: 'gone' }, components: { disk: { status: 'DEGRADED' } } },
        primary: { status: 'UP' }
      }
    }
  },
  changes: [
    { time: '2026-11-02T03:10:00.000Z', check: 'db', from: 'UP', to: 'DOWN', error: 'refused' },
    { time: '2026-11-02T03:09:00.000Z', check: 'db', kind: 'readiness', from: 'UP', to: 'DEGRADED' },
    { time: '2026-11-02T02:10:00.000Z', check: 'db', from: 'UNKNOWN', to: 'UP' },
    { time: '2026-11-02T02:00:00.000Z', check: 'cache', from: 'UNKNOWN', to: 'UP' },
    { time: '2026-11-02T02:00:00.000Z', check: 'removed', from: 'DOWN', to: 'UNKNOWN' }
  ]
}

function namesIn (page: string): readonly (string | undefined)[] {
  return [...page.matchAll(/<h3>.*?<bdi>([^<]+)</g)].map(([, name]) => name)
}

await t.test('the top names the app, its place, the worst check and the time of the results', (t) => {
  const page = pageOf(BROKEN)
  t.match(page, '<title>Down: bookshop</title>')
  t.match(page, '<b><bdi>bookshop</bdi></b> · <bdi>1.0.0</bdi> · <bdi>shop-5d</bdi>')
  t.match(page, /<b><bdi>db<\/bdi><\/b> has been down for <b><span data-ago="\d+">5 min<\/span><\/b>, and 2 more are not up/)
  t.match(page, 'Results of <time datetime="2026-11-02T03:14:58.000Z">03:14:58 UTC</time>')
  t.match(page, />readiness <b>Down<\/b>/)
  t.end()
})

await t.test('the checks that are not up come first, the worst and the latest before the others', (t) => {
  t.same(namesIn(pageOf(BROKEN)), ['db', 'old', 'later', 'lifecycle', 'cache'])
  t.end()
})

await t.test('a check that fails shows since when, how long its run took, its details and its parts', (t) => {
  const page = pageOf(BROKEN)
  t.match(page, 'since <time datetime="2026-11-02T03:10:00.000Z">03:10:00 UTC</time>, for <span data-ago=')
  t.match(page, '">3 s</span> ago · took 1.5 ms')
  t.match(page, '<dt>pool › open</dt><dd><bdi>3</bdi></dd>')
  t.match(page, /replica<\/bdi> <b>Down<\/b>: <bdi>gone<\/bdi>.*disk<\/bdi> <b>Degraded<.*primary<\/bdi> <b>Up</)
  t.match(page, 'Details and 2 changes')
  t.match(page, /<summary>Details<\/summary><dl><dt>size/)
  t.match(page, 'aria-label="db, last 6 hours: 2 changes, now Down"')
  t.end()
})

await t.test('a check that is up shows its last failure', (t) => {
  t.match(pageOf(BROKEN), /Last failure: .*>2026-11-01 02:59:00 UTC<\/time>, .*1 d.*ago<\/p><p class="why" dir="auto">no reason/)
  t.end()
})

await t.test('the recent changes name their checks, and join the first results', (t) => {
  const page = pageOf(BROKEN)
  t.match(page, /<b><bdi>db<\/bdi><\/b> <span class="soft">Up →<\/span> <b class="to">Down<\/b>.*refused/)
  t.match(page, '<b><bdi>db</bdi></b> (readiness) ')
  t.match(page, 'The first results of 2 checks were up, from <time datetime="2026-11-02T02:00:00.000Z">')
  const one = { time: BROKEN.time ?? '', check: 'db', from: 'UNKNOWN', to: 'UP' } as const
  t.match(pageOf({ ...BROKEN, changes: [one] }), 'The first results of 1 check were up')
  const many = Array.from({ length: 25 }, () => ({ ...one, from: 'DOWN' as const }))
  t.match(pageOf({ ...BROKEN, changes: many }), 'Recent changes <span class="count">20 of 25</span>')
  t.end()
})

await t.test('the page names the reason of the lifecycle, and the startup checks it waits for', (t) => {
  const of = (details: object): string => pageOf({
    ...EMPTY, components: { lifecycle: { status: 'OUT_OF_SERVICE', details: { ...details } } }
  })
  t.match(of({ reason: 'draining' }), /lifecycle<\/bdi><\/b> is out of service\..*>draining</)
  t.match(of({ pending: ['migration', 'warm-up'] }), 'Waits for <b><bdi>migration</bdi></b>, <b><bdi>warm-up</bdi>')
  t.notMatch(of({ pending: [] }), 'Waits for')
  t.end()
})

await t.test('the page shows every text as text', (t) => {
  const hostile = { app: { name: '</title><script>' }, '<i>': '<u>', order: 'a\u202Eb\u0000' }
  const page = pageOf({ ...BROKEN, version: '<b>1</b>', info: hostile })
  t.notMatch(page, /<img|<script>|<i>|<u>|<b>1|\u202E/)
  t.notOk(page.includes('\0'))
  t.match(page, '&#60;img src=x onerror=alert(1)&#62; &#38; &#34;it&#39;s&#34;')
  t.match(page, 'a\\u{202e}b\\u{0}')
  t.end()
})

await t.test('the keyboard can scroll a long reason', (t) => {
  const of = (length: number): string => pageOf({
    ...EMPTY, components: { db: { status: 'DOWN', details: { error: 'x'.repeat(length) } } }
  })
  t.match(of(601), 'dir="auto" tabindex="0">x')
  t.match(of(600), 'dir="auto">x')
  t.end()
})

await t.test('the page shows only the status when components are hidden', (t) => {
  const page = pageOf({ ...EMPTY, base: '' })
  t.match(page, /<title>Up: status<\/title>/)
  t.notMatch(page, /<section|<li |bookshop|lead/)
  t.match(page, `href="${STYLESHEET.name}"`)
  t.match(page, `src="${CLIENT.name}"`)
  t.end()
})

await t.test('the page without checks is up, and names other cases in words', (t) => {
  t.match(pageOf({ ...EMPTY, components: {} }), 'Everything is up.')
  t.match(pageOf({ ...EMPTY, time: undefined, isLate: true }), 'No results yet, while a check still runs')
  const two = { a: { status: 'DOWN' }, b: { status: 'DOWN' } } as const
  t.match(pageOf({ ...EMPTY, components: two }), '</b> is down, and 1 more is not up.')
  const host = { 'trace.attributes': { 'host.name': 'node-7' }, app: {} }
  t.match(pageOf({ ...EMPTY, info: host }), '<bdi>node-7</bdi>')
  t.end()
})

await t.test('the page has no inline style and no inline script', (t) => {
  t.notMatch(pageOf(BROKEN), /style=|<style|<script>|\son\w+="/)
  t.end()
})

await t.test('each status has a picture of its own', (t) => {
  const statuses: readonly ComponentStatus[] = ['UP', 'DEGRADED', 'DOWN', 'OUT_OF_SERVICE', 'UNKNOWN']
  const shapes = statuses.map((status) =>
    new RegExp(`id="i-${status}" viewBox="0 0 24 24">(.*?)</symbol>`).exec(ICONS)?.[1])
  t.equal(new Set(shapes).size, statuses.length)
  t.equal(new Set(statuses.map(favicon)).size, statuses.length)
  t.match(favicon('UP'), /^data:image\/svg\+xml,%3Csvg[^"<>]*$/)
  t.end()
})

await t.test('the static parts have at most 30 kB and the hash of their content in their names', (t) => {
  t.ok(STYLESHEET.content.length + CLIENT.content.length < 30_000)
  t.match(STYLESHEET.name, /^[\da-f]{12}\.css$/)
  t.match(CLIENT.name, /^[\da-f]{12}\.js$/)
  t.doesNotThrow(() => new Script(CLIENT.content), 'the script compiles')
  t.end()
})
