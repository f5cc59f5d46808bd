import t from 'tap'
import type { ManagementOptions } from '../../lib/index.js'
import { startApp } from '../support/app.js'

const down = (): void => { throw new Error('no-such-host') }
const checks: ManagementOptions['checks'] = { readiness: { db: down } }

await t.test('/ui is a page with its own policy, and is not cached', async (t) => {
  const { get } = await startApp(t, { checks })
  t.match(await get('/z/ui'), {
    status: 200,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': /no-store/,
      'content-security-policy': /^default-src 'none'; script-src 'self'; style-src 'self'; .*frame-ancestors 'none'$/,
      'x-content-type-options': 'nosniff'
    },
    text: /<h1>Down<\/h1>/
  })
  t.match(await get('/z/ui', {}, 'HEAD'), { status: 200, text: '' })
})

await t.test('the static parts of the page are cached forever', async (t) => {
  const { get } = await startApp(t, { auth: () => false })
  t.match(await get('/z/ui'), { status: 403 })
  const open = await startApp(t)
  const { text } = await open.get('/z/ui')
  const assets = [...text.matchAll(/(?:src|href)="(ui\/[^"]+)"/g)].map(([, asset = '']) => asset)
  t.equal(assets.length, 2)
  for (const asset of assets) {
    t.match(await get(`/z/${asset}`), {
      status: 200,
      headers: { 'cache-control': 'public, max-age=31536000, immutable', 'x-content-type-options': 'nosniff' }
    })
  }
})

await t.test('/ui shows nothing that the JSON would hide', async (t) => {
  const cases: (readonly [ManagementOptions, RegExp, RegExp])[] = [
    [{}, /<bdi>db</, /no-such-host/],
    [{ showDetails: 'always' }, /no-such-host/, /never/],
    [{ showComponents: 'never', showDetails: 'always' }, /Down/, /<bdi>db<|no-such-host|Info|version/],
    [{ endpoints: { health: false } }, /Down/, /<bdi>db<|no-such-host/],
    [{ endpoints: { history: false } }, /<bdi>db</, /Recent changes/],
    [{ endpoints: { info: false, version: false } }, /<bdi>db</, /About this app|version 7/]
  ]
  for (const [options, shown, hidden] of cases) {
    const { get } = await startApp(t, { checks, version: '7', ...options })
    const { text } = await get('/z/ui')
    t.match(text, shown)
    t.notMatch(text, hidden)
  }
})

await t.test('ten viewers run each check once', async (t) => {
  let runs = 0
  const { get } = await startApp(t, { checks: { readiness: { db: () => { runs += 1 } } } })
  for (let viewer = 0; viewer < 10; viewer += 1) await get('/z/ui')
  t.equal(runs, 1)
})

await t.test('the links of /ui/ start at its own path', async (t) => {
  const { get } = await startApp(t, {}, { fastify: { routerOptions: { ignoreTrailingSlash: true } } })
  t.match((await get('/z/ui/')).text, /href="[\da-f]{12}\.css"/)
})

await t.test('/ui is absent when it is turned off', async (t) => {
  const { get } = await startApp(t, { endpoints: { ui: false } })
  t.match(await get('/z/ui'), { status: 404 })
})
