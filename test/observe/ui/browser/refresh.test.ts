import t from 'tap'
import { lengthOf } from '../../../../lib/observe/ui/html.js'
import { startApp } from '../../../support/app.js'
import type { TestApp } from '../../../support/app.js'
import { noBrowser } from '../../../support/browser.js'
import type { Page } from '../../../support/browser.js'
import { PERIOD_MS, visit } from './visit.js'

/** A browser takes seconds to open a page on a busy machine. */
t.setTimeout(180_000)

type Test = Parameters<typeof startApp>[0]

/** An app with a check that follows `isBroken`, and runs at each probe. */
async function breakable (t: Test): Promise<TestApp & { fail: () => Promise<unknown> }> {
  let isBroken = false
  const db = (): void => { if (isBroken) throw new Error('connection lost') }
  const checks = { readiness: { db }, liveness: { loop: () => true } }
  const app = await startApp(t, { showDetails: 'always', checks })
  const fail = async (): Promise<unknown> => {
    isBroken = true
    return await app.get('/z/health')
  }
  return { ...app, fail }
}

/** Answers the next refreshes of a page in place of the app. */
async function answerInstead (page: Page, answer: Parameters<Page['route']>[1]): Promise<void> {
  await page.unrouteAll()
  await page.route('**/z/ui', answer)
}

const noteOf = async (page: Page): Promise<string> => await page.locator('#note:not([hidden])').innerText()

await t.test('the page stays up, says so when no good answer arrives, and recovers', { skip: noBrowser }, async (t) => {
  const { url } = await breakable(t)
  const { page, pass, refresh } = await visit(t, `${url}/z/ui`)
  const cases: (readonly [Parameters<Page['route']>[1], string])[] = [
    [async (route) => await route.abort('connectionrefused'), 'the app cannot be reached'],
    [async (route) => await route.fulfill({ status: 401, body: 'log in' }), 'HTTP 401, log in again'],
    [async (route) => await route.fulfill({ status: 503, body: '<h1>Busy' }), 'HTTP 503'],
    [async (route) => await route.fulfill({ status: 200, body: '<main id=content><h1>Maintenance' }), 'another page']
  ]
  for (const [answer, reason] of cases) {
    await answerInstead(page, answer)
    await pass(PERIOD_MS)
    await page.locator('#note', { hasText: reason }).waitFor()
    t.match(await noteOf(page), /^No answer since \d.*: .*\. You see the last answer\. The page tries again/)
    t.equal(await page.title(), 'No answer: fastify-management-endpoints')
    t.equal(await page.innerText('h1'), 'Up')
    t.match(await page.innerText('#live'), /^No answer for \d+ s$/)
  }
  await page.unrouteAll()
  await refresh()
  t.equal(await page.locator('#note').isVisible(), false)
  t.equal(await page.title(), 'Up: fastify-management-endpoints')
  t.equal(await page.innerText('#live'), 'Live')
})

await t.test('the page survives a restart of the app', { skip: noBrowser }, async (t) => {
  const first = await breakable(t)
  const { page, pass, refresh } = await visit(t, `${first.url}/z/ui`)
  await first.app.close()
  await pass(PERIOD_MS)
  t.match(await noteOf(page), 'the app cannot be reached')
  const second = await breakable(t)
  await second.fail()
  // The port of the first app may be taken by now, so the second has another.
  await page.route('**/z/ui', async (route) => await route.fulfill({
    response: await route.fetch({ url: `${second.url}/z/ui` })
  }))
  await refresh()
  t.equal(await page.innerText('h1'), 'Down')
})

await t.test('the page loads again when its static parts have new names', { skip: noBrowser }, async (t) => {
  const { url } = await breakable(t)
  const { page, pass } = await visit(t, `${url}/z/ui`)
  await page.route('**/z/ui', async (route) => {
    const response = await route.fetch()
    await route.fulfill({ response, body: (await response.text()).replace(/[\da-f]{12}\.css/, '0123456789ab.css') })
  }, { times: 1 })
  const loaded = page.waitForEvent('load')
  await pass(PERIOD_MS)
  await loaded
  t.equal(await page.innerText('h1'), 'Up')
})

await t.test('the page pauses while it is hidden', { skip: noBrowser }, async (t) => {
  const { url } = await breakable(t)
  const { page, pass } = await visit(t, `${url}/z/ui`)
  let requests = 0
  page.on('request', () => { requests += 1 })
  const hide = async (isHidden: boolean): Promise<void> => await page.evaluate(`
    Object.defineProperty(document, 'hidden', { value: ${isHidden}, configurable: true })
    document.dispatchEvent(new Event('visibilitychange'))
  `)
  await hide(true)
  for (let minute = 0; minute < 3; minute += 1) await pass(60_000)
  t.equal(requests, 0)
  const answered = page.waitForResponse('**/z/ui')
  await hide(false)
  await answered
  t.equal(requests, 1, 'and refreshes at once when it is visible again')
})

await t.test('a refresh keeps the focus, open details and the selected text', { skip: noBrowser }, async (t) => {
  const { url, fail } = await breakable(t)
  await fail()
  const { page, problems, refresh } = await visit(t, `${url}/z/ui`)
  const focused = async (): Promise<unknown> => await page.evaluate('document.activeElement.textContent')
  await page.keyboard.press('Tab')
  t.equal(await focused(), '1 change')
  await page.keyboard.press('Enter')
  await page.keyboard.press('Tab')
  t.match(await focused(), /^loop/)
  await page.keyboard.press('Enter')
  await page.evaluate('getSelection().selectAllChildren(document.querySelector(".why"))')
  await refresh()
  t.match(await focused(), /^loop/)
  t.equal(await page.locator('details[open]').count(), 2)
  t.equal(await page.evaluate('String(getSelection())'), 'connection lost')
  t.same(problems, [])
})

await t.test('relative times stay right, even if the clock of the browser is wrong', { skip: noBrowser }, async (t) => {
  const { url, fail } = await breakable(t)
  await fail()
  const { page, pass } = await visit(t, `${url}/z/ui`, {}, new Date('2031-01-01T00:00:00Z'))
  t.match(await page.innerText('.lead'), /^db has been down for \d s\.$/)
  await page.route('**/z/ui', async () => { await new Promise(() => undefined) })
  await pass(3_600_000 + 120_000)
  t.match(await page.innerText('.lead'), /^db has been down for 1 h 2 min\.$/)
  const lengths = [0, 59_999, 60_000, 3_599_999, 3_900_000, 90_000_000, 864_000_000]
  t.same(await page.evaluate(`[${lengths.join()}].map(lengthOf)`), lengths.map(lengthOf), 'as the server writes them')
})
