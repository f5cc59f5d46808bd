import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { chromium } from 'playwright-core'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import type t from 'tap'
import { binary, findBinary } from './servers/binary.js'

export type { Page } from 'playwright-core'

type Test = Pick<typeof t, 'teardown'>

/** The window and the reader of a page. */
export interface View extends BrowserContextOptions {
  readonly colorScheme?: 'light' | 'dark'
}

export const PHONE = { width: 390, height: 844 }
export const DESKTOP = { width: 1_280, height: 900 }

/** The reason why tests in a browser are skipped here, or `false`. */
export const noBrowser = findBinary('chromium') === undefined && 'chromium is not installed'

/** A browser without pages stays open for this time, so that the tests of one process share it. */
const IDLE_MS = 250

let shared: Promise<Browser> | undefined
let idle: NodeJS.Timeout | undefined
let pages = 0

/** A page in a window of its own, with everything that went wrong in it. */
export interface BrowserPage {
  readonly page: Page
  /** Errors in the console, uncaught errors, failed requests and answers with an error code. */
  readonly problems: string[]
}

/** Opens an empty page in Chromium, which all tests of a process share. The page closes with the test. */
export async function openPage (test: Test, view: View = {}): Promise<BrowserPage> {
  pages += 1
  clearTimeout(idle)
  test.teardown(() => {
    pages -= 1
    if (pages === 0) idle = setTimeout(closeShared, IDLE_MS)
  })
  shared ??= launchBrowser()
  const context = await (await shared).newContext({ viewport: DESKTOP, reducedMotion: 'reduce', ...view })
  test.teardown(async () => await context.close())
  const page = await context.newPage()
  return { page, problems: problemsOf(page) }
}

/** A name of this machine that the browser does not treat as local: a page there has no secure context. */
export const POD = 'pod.test'

/**
 * Starts Chromium with an empty profile, which its end removes. It also ends with this process, for whatever reason.
 * Root can start it only without its sandbox.
 */
export async function launchBrowser (): Promise<Browser> {
  return await chromium.launch({
    executablePath: binary('chromium'),
    chromiumSandbox: process.getuid?.() !== 0,
    args: [`--host-resolver-rules=MAP ${POD} 127.0.0.1`]
  })
}

/** Returns a picture of the whole page as PNG, after its transitions have ended. */
export async function screenshot (page: Page): Promise<Buffer> {
  return await page.screenshot({ fullPage: true, animations: 'disabled' })
}

/** Returns the findings of axe, which checks that a keyboard and a screen reader can use a page, or a part of it. */
export async function axeFindings (page: Page, selector = 'html'): Promise<readonly string[]> {
  // A script tag would violate the policy of the page.
  await page.evaluate(readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8'))
  const { violations } = await page.evaluate<AxeResults>(`axe.run(${JSON.stringify(selector)})`)
  return violations.flatMap(({ id, help, nodes }) => nodes.map(({ html }) => `${id}: ${help}: ${html}`))
}

interface AxeResults {
  readonly violations: readonly {
    readonly id: string
    readonly help: string
    readonly nodes: readonly { readonly html: string }[]
  }[]
}

function problemsOf (page: Page): string[] {
  const problems: string[] = []
  page.on('console', (message) => {
    if (/^(error|warning)$/.test(message.type())) problems.push(`console: ${message.text()}`)
  })
  page.on('pageerror', (error) => problems.push(`error: ${error.message}`))
  page.on('requestfailed', (request) => problems.push(`failed: ${request.url()}`))
  page.on('response', (response) => {
    if (response.status() >= 400) problems.push(`${response.status()}: ${response.url()}`)
  })
  return problems
}

function closeShared (): void {
  void shared?.then(async (browser) => await browser.close())
  shared = undefined
}
