import t from 'tap'
import { buildApp } from '../../../../example/app.js'
import { fetchAnswer } from '../../../support/app.js'
import { noBrowser } from '../../../support/browser.js'
import { visit } from './visit.js'

/** An embedded Postgres takes seconds to open, and much longer on a busy machine. */
t.setTimeout(180_000)

await t.test('the page of the example follows its database without a reload', { skip: noBrowser }, async (t) => {
  const app = await buildApp({ logger: false, inventoryPort: 0 })
  t.teardown(async () => await app.close())
  const url = await app.listen({ port: 0, host: '127.0.0.1' })
  const send = async (method: string, path: string): Promise<unknown> => await fetchAnswer(url + path, {}, method)
  const { page, problems, refresh } = await visit(t, `${url}/z/ui`)
  await page.evaluate('window.isFirstLoad = true')
  const heading = async (): Promise<string> => await page.locator('h1').innerText()
  t.equal(await heading(), 'Up')
  t.equal(await page.title(), 'Up: bookshop')
  t.match(await page.locator('#c-inventory').textContent(), 'shelves Up', 'the parts of the service dependency')

  await send('POST', '/break/db')
  await send('GET', '/z/health/readiness')
  await refresh()
  t.equal(await heading(), 'Down')
  t.equal(await page.title(), 'Down: bookshop')
  t.equal(await page.locator('#news').innerText(), 'Down: bookshop', 'a screen reader reads the change')
  t.match(await page.locator('.lead').innerText(), /^db has been down for \d+ s\.$/)
  t.match(await page.locator('.probes').innerText(), /liveness Up\s+readiness Down/)
  t.match(await page.locator('.cards > :first-child').innerText(), /^db\s+Down\s+PGlite is closed\s+since .* UTC, for \d+ s/)

  await send('POST', '/mend/db')
  await send('GET', '/z/health/readiness')
  await refresh()
  t.equal(await heading(), 'Up')
  t.match(await page.locator('#c-db').textContent(), /Last failure.*PGlite is closed/)
  const changes = await page.locator('section > .changes').innerText()
  t.match(changes, /db Down → Up\s+.*db Up → Down\s+PGlite is closed/)
  t.equal(await page.evaluate('window.isFirstLoad'), true)
  t.same(problems, [])
})
