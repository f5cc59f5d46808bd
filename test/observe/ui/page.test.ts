import { Script } from 'node:vm'
import t from 'tap'
import { CLIENT, STYLESHEET } from '../../../lib/observe/ui/assets.js'
import { factsOf, forHow } from '../../../lib/observe/ui/html.js'
import { pageOf } from '../../../lib/observe/ui/page.js'
import type { PageContent } from '../../../lib/observe/ui/page.js'

const NOW = Date.parse('2026-11-02T03:15:00.000Z')
const BROKEN: PageContent = {
  status: 'DOWN',
  now: NOW,
  base: 'ui/',
  version: '1.0.0',
  info: { app: { name: 'bookshop' }, tags: ['a'] },
  components: {
    cache: {
      status: 'UP', since: '2026-11-02T03:00:00.000Z', lastFailure: { time: '2026-11-02T02:59:00.000Z', durationMs: 1 }
    },
    later: { status: 'UNKNOWN' },
    db: {
      status: 'DOWN',
      details: { error: '<img src=x onerror=alert(1)> & "it\'s"' },
      durationMs: 1.5,
      components: { replica: { status: 'DOWN', details: { error: 'gone' } }, primary: { status: 'UP' } }
    }
  },
  changes: [
    { time: '2026-11-02T03:10:00.000Z', check: 'db', from: 'UP', to: 'DOWN', error: 'refused' },
    { time: '2026-11-02T02:10:00.000Z', check: 'db', from: 'UNKNOWN', to: 'UP' },
    { time: '2026-11-02T02:00:00.000Z', check: 'cache', from: 'UNKNOWN', to: 'UP' }
  ]
}

await t.test('the page shows the failing check first, since when, why, and its recent changes', (t) => {
  const page = pageOf(BROKEN)
  t.match(page, /<title>Down: bookshop<\/title>/)
  t.match(page, /version 1\.0\.0/)
  t.match(page, /Not up: 2 of 3\./)
  t.match(page, 'for 5 min, since <time datetime="2026-11-02T03:10:00.000Z">')
  t.match(page, '2026-11-02 03:10:00 UTC</time> · took 1.5 ms')
  t.match(page, /replica: <b>Down<\/b>: gone.*primary: <b>Up<\/b>/)
  t.match(page, /2 recent changes.*<b>Down<\/b>: refused/)
  t.match(page, /aria-label="db: 2 recent changes since 2026-11-02T02:10:00\.000Z, now Down"/)
  t.match(page, /Last failure at .*02:59:00 UTC<\/time>: no reason/)
  const names = [...page.matchAll(/<h3><span>(\w+)</g)].map(([, name]) => name)
  t.same(names, ['db', 'later', 'lifecycle', 'cache'])
  t.end()
})

await t.test('the page shows every text as text', (t) => {
  const page = pageOf({ ...BROKEN, version: '<b>1</b>', info: { app: { name: '</title><script>' }, '<i>': '<u>' } })
  t.notMatch(page, /<img|<script>|<i>|<u>|<b>1/)
  t.match(page, '&#60;img src=x onerror=alert(1)&#62; &#38; &#34;it&#39;s&#34;')
  t.end()
})

await t.test('the page shows only the status when components are hidden', (t) => {
  const page = pageOf({ status: 'UP', now: NOW, base: '' })
  t.match(page, /<title>Up: status<\/title>/)
  t.notMatch(page, /Checks|Info|bookshop/)
  t.match(page, `href="${STYLESHEET.name}"`)
  t.match(page, `src="${CLIENT.name}"`)
  t.match(pageOf({ status: 'UP', now: NOW, base: '', components: {} }), /All checks are up\./)
  t.end()
})

await t.test('the page has no inline style and no inline script', (t) => {
  t.notMatch(pageOf(BROKEN), /style=|<style|<script>|\son\w+="/)
  t.end()
})

await t.test('the static parts have at most 30 kB and the hash of their content in their names', (t) => {
  t.ok(STYLESHEET.content.length + CLIENT.content.length < 30_000)
  t.match(STYLESHEET.name, /^[\da-f]{12}\.css$/)
  t.match(CLIENT.name, /^[\da-f]{12}\.js$/)
  t.doesNotThrow(() => new Script(CLIENT.content), 'the script compiles')
  t.end()
})

await t.test('durations have at most two units', (t) => {
  t.same([-5, 59_999, 60_000, 3_900_000, 90_000_000].map(forHow), ['0 s', '59 s', '1 min', '1 h 5 min', '1 d 1 h'])
  t.end()
})

await t.test('facts have the path of each value', (t) => {
  const info = { app: { name: 'a' }, tags: ['b'], none: null }
  t.same(factsOf(info), [['app › name', 'a'], ['tags', ['b']], ['none', null]])
  t.equal(factsOf(Object.fromEntries(Array.from({ length: 1_000 }, (_, at) => [`k${at}`, at]))).length, 200)
  t.end()
})
