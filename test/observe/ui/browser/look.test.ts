import t from 'tap'
import type { ManagementOptions } from '../../../../lib/index.js'
import { startApp } from '../../../support/app.js'
import type { TestApp } from '../../../support/app.js'
import { axeFindings, DESKTOP, noBrowser, openPage, PHONE } from '../../../support/browser.js'
import type { Page } from '../../../support/browser.js'
import { PERIOD_MS, visit } from './visit.js'

/** A browser takes seconds to open a page on a busy machine. */
t.setTimeout(180_000)

const HOSTILE = [
  '<img src=x onerror="window.isHacked = true">', '</p><script>window.isHacked = true</script>', '"\'`& {{x}}',
  'a\u0000b\u001b[31mc\u202Ed', '\u05e9\u05dc\u05d5\u05dd \u0645\u0631\u062d\u0628\u0627', 'x'.repeat(10_000), ' '
]

const EVERY_STATUS: ManagementOptions = {
  showDetails: 'always',
  kinds: ['deep'],
  checks: {
    readiness: { db: () => { throw new Error(HOSTILE.join(' ')) } },
    liveness: { loop: () => true },
    startup: { migration: () => false },
    health: {
      cache: () => ({ status: 'DEGRADED', details: { error: 'hit rate is 12 %', hits: 12 } }),
      mail: () => ({ status: 'OUT_OF_SERVICE', details: { error: 'paused' } }),
      inventory: () => ({ status: 'UP', components: { shelves: { status: 'UP' }, trucks: { status: 'UNKNOWN' } } })
    },
    deep: { disk: () => ({ status: 'UP', details: { free: '12 GB' } }) }
  }
}

async function everyStatus (t: Parameters<typeof startApp>[0]): Promise<TestApp> {
  const app = await startApp(t, EVERY_STATUS)
  await app.get('/z/health')
  app.app.management.takeOutOfService('maintenance of the shelves')
  return app
}

/** The window does not scroll sideways, whatever the length of a word. */
async function isTooWide (page: Page): Promise<unknown> {
  return await page.evaluate('document.documentElement.scrollWidth > document.documentElement.clientWidth')
}

await t.test('axe finds nothing in light and dark, on a phone and on a desktop', { skip: noBrowser }, async (t) => {
  const { url } = await everyStatus(t)
  for (const viewport of [PHONE, DESKTOP]) {
    const { page, problems, pass } = await visit(t, `${url}/z/ui`, { viewport })
    const findings = async (): Promise<unknown> => {
      await page.emulateMedia({ colorScheme: 'light' })
      const light = await axeFindings(page)
      await page.emulateMedia({ colorScheme: 'dark' })
      return [...light, ...await axeFindings(page)]
    }
    await page.evaluate('for (const details of document.querySelectorAll("details")) details.open = true')
    t.same(await findings(), [], `${viewport.width} pixels`)
    t.equal(await isTooWide(page), false)
    t.same(problems, [])
    if (viewport === DESKTOP) continue
    await page.route('**/z/ui', async (route) => await route.abort())
    await pass(PERIOD_MS)
    await page.locator('#note:not([hidden])').waitFor()
    t.same(await findings(), [], 'without an answer')
  }
})

await t.test('axe finds nothing in the colors of each status', { skip: noBrowser }, async (t) => {
  let status: 'UP' | 'DEGRADED' | 'OUT_OF_SERVICE' = 'UP'
  const { url, get } = await startApp(t, { checks: { health: { db: () => ({ status }) } } })
  const { page } = await openPage(t)
  for (status of ['UP', 'DEGRADED', 'OUT_OF_SERVICE'] as const) {
    await get('/z/health')
    await page.goto(`${url}/z/ui`)
    t.equal(await page.locator(`.hero.${status}`).count(), 1)
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme })
      t.same(await axeFindings(page, '.hero'), [], `${status}, ${colorScheme}`)
    }
  }
})

await t.test('the page shows names and reasons from outside as text', { skip: noBrowser }, async (t) => {
  const parts = Object.fromEntries(HOSTILE.map((name) => [name, { status: 'DOWN' as const, details: { error: name } }]))
  const { url } = await startApp(t, {
    showDetails: 'always',
    checks: { health: { shop: () => ({ status: 'DOWN', details: { error: HOSTILE.join(' ') }, components: parts }) } },
    info: { [HOSTILE[0] ?? '']: HOSTILE[1] },
    name: HOSTILE[2] ?? ''
  })
  const { page, problems, refresh } = await visit(t, `${url}/z/ui`, { viewport: PHONE })
  await page.evaluate('document.querySelector("#info").open = true')
  for (const update of [undefined, refresh]) {
    await update?.()
    const text = await page.innerText('main')
    for (const shown of [...HOSTILE.slice(0, 3), 'a\\u{0}b\\u{1b}[31mc\\u{202e}d']) t.ok(text.includes(shown), shown)
  }
  t.equal(await page.evaluate('window.isHacked'), undefined)
  t.equal(await page.locator('main img, main script').count(), 0)
  t.equal(await isTooWide(page), false)
  t.same(problems, [])
})

await t.test('the page shows 500 checks, the worst first', { skip: noBrowser }, async (t) => {
  const checks = Object.fromEntries(Array.from({ length: 500 }, (_, at) => [`check-${at}`, () => at !== 321]))
  const { url } = await startApp(t, { showDetails: 'always', checks: { health: checks } })
  const { page, problems, refresh } = await visit(t, `${url}/z/ui`, { viewport: PHONE })
  await refresh()
  t.equal(await page.locator('.check, .row').count(), 501, 'with the lifecycle')
  t.match(await page.locator('h3').first().innerText(), 'check-321')
  t.equal(await isTooWide(page), false)
  t.same(problems, [])
})

await t.test('the page shows the latest results while a check hangs', { skip: noBrowser }, async (t) => {
  const hang = async (): Promise<void> => await new Promise(() => undefined)
  const checks = { readiness: { db: { check: hang, timeout: 600_000 } }, liveness: { loop: () => true } }
  const { url } = await startApp(t, { showDetails: 'always', checks })
  const { page } = await openPage(t)
  await page.goto(`${url}/z/ui`)
  t.match(await page.innerText('.hero'), /Up\s+db is unknown\..*No results yet, while a check still runs/s)
  t.match(await page.innerText('#c-loop'), /^loop\s+Up/)
})

await t.test('the page shows the current state without JavaScript', { skip: noBrowser }, async (t) => {
  const { url } = await everyStatus(t)
  const { page, problems } = await openPage(t, { javaScriptEnabled: false, viewport: PHONE })
  await page.goto(`${url}/z/ui`)
  const text = await page.innerText('main')
  t.match(text, /^fastify-management-endpoints · .*\s+Down\s+migration has been down for \d+ s, and 4 more are not up\./)
  t.match(text, /Results of .* UTC, \d+ s ago\. Reload the page for newer results\./)
  t.match(text, /lifecycle\s+Out of service\s+maintenance of the shelves/)
  t.match(text, /Waits for migration\./)
  t.notMatch(text, /Live/)
  await page.locator('#d-cache summary').click()
  t.match(await page.innerText('#d-cache'), /hits\s+12/)
  t.same(problems, [])
})
