import { openPage } from '../../../support/browser.js'
import type { BrowserPage, View } from '../../../support/browser.js'

/** The status page in a browser. Its clock moves only with `pass()`, apart from the real time. */
export interface Visit extends BrowserPage {
  /** Moves the clock of the page, so that its timers fire. */
  readonly pass: (ms: number) => Promise<void>
  /** Moves the clock to the next refresh, and waits until the page has taken over the answer. */
  readonly refresh: () => Promise<void>
}

export const PERIOD_MS = 5_000

/** Opens the status page at a URL. A test can set the clock of the page to another time. */
export async function visit (
  test: Parameters<typeof openPage>[0], url: string, view: View = {}, time: number | Date = new Date()
): Promise<Visit> {
  const { page, problems } = await openPage(test, view)
  await page.clock.install({ time })
  await page.goto(url)
  const pass = async (ms: number): Promise<void> => await page.clock.fastForward(ms)
  const refresh = async (): Promise<void> => {
    const made = await page.locator('#management').getAttribute('data-now')
    await pass(PERIOD_MS)
    await page.locator(`#management:not([data-now="${made ?? ''}"])`).waitFor()
  }
  return { page, problems, pass, refresh }
}
