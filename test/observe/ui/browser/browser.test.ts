import t from 'tap'
import { startApp } from '../../../support/app.js'
import { noBrowser, openPage } from '../../../support/browser.js'

const down = (): void => { throw new Error('connect ECONNREFUSED 10.0.0.7:5432') }

await t.test('Chromium shows the page without problems', { skip: noBrowser }, async (t) => {
  const { url } = await startApp(t, { checks: { readiness: { db: down } } })
  const { page, problems } = await openPage(t)
  await page.goto(`${url}/z/ui`)
  t.equal(await page.title(), 'Down: fastify-management-endpoints')
  t.same(problems, [])
})
