// Writes pictures of the status page into docs/images/: the example during an outage. Needs Chromium and half a minute.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { buildApp } from '../../example/app.js'
import { launchBrowser, PHONE } from '../../test/support/browser.js'

const FOLDER = join(import.meta.dirname, '..', '..', 'docs', 'images')

/** The outages of the example: each switch, and the time until the next. */
const COURSE = [['mend/db', 12], ['break/db', 5], ['mend/db', 8], ['break/inventory', 3], ['mend/inventory', 9],
  ['break/db', 7]] as const

const VIEWS = [
  ['status-page.png', { colorScheme: 'light', viewport: { width: 960, height: 900 } }],
  ['status-page-phone.png', { colorScheme: 'dark', viewport: PHONE }]
] as const

const app = await buildApp({ logger: false, inventoryPort: 0 })
try {
  const url = await app.listen({ port: 0, host: '127.0.0.1' })
  for (const [path, seconds] of COURSE) {
    await fetch(`${url}/${path}`, { method: 'POST' })
    // The first probe ends the startup.
    await fetch(`${url}/z/health/readiness`)
    await fetch(`${url}/z/health`)
    await sleep(seconds * 1_000)
  }
  await takePictures(`${url}/z/ui`)
} finally {
  await app.close()
}

async function takePictures (url: string): Promise<void> {
  const browser = await launchBrowser()
  try {
    for (const [name, view] of VIEWS) {
      const page = await browser.newPage(view)
      await page.goto(url)
      await writeFile(join(FOLDER, name), await page.screenshot())
    }
  } finally {
    await browser.close()
  }
}
