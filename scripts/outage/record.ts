import { setTimeout as sleep } from 'node:timers/promises'
import { screenshot } from '../../test/support/browser.js'
import { query } from '../../test/support/servers/prometheus.js'
import type { Stage } from './stage.js'
import { Timeline } from './timeline.js'
import type { Sight } from './timeline.js'

/** An outage of the example's database, as each place shows it. */
export interface Recording {
  readonly broken: readonly Sight[]
  readonly mended: readonly Sight[]
  /** The status page while the alert is firing, as PNG. */
  readonly picture: Buffer
  /** The answers during the outage and after it, as JSON or text. */
  readonly component: string
  readonly alert: string
  readonly history: string
}

const FIRING = 'ALERTS{alertname="HealthCheckDown", alertstate="firing"}'
const PENDING = 'ALERTS{alertname="HealthCheckDown", alertstate="pending"}'

const ALERT = 'alert of Prometheus'

/** Breaks the database, waits until every place shows it, mends it, and waits again. */
export async function record (stage: Stage): Promise<Recording> {
  await ready(stage)
  const broken = await change(stage, 'break', { status: 'DOWN', word: 'Down', code: 503, alerts: [PENDING, FIRING] })
  const picture = await screenshot(stage.page)
  const component = await textOf(stage, '/z/health/db')
  const alert = JSON.stringify((await query(stage.prometheus, FIRING))[0]?.labels)
  const mended = await change(stage, 'mend', { status: 'UP', word: 'Up', code: 200, alerts: [] })
  return { broken, mended, picture, component, alert, history: await textOf(stage, '/z/history') }
}

/** The signs of a status in all places. */
interface Signs {
  readonly status: 'UP' | 'DOWN'
  readonly word: string
  readonly code: number
  /** Queries for the alerts that begin. Without them, the alert must end. */
  readonly alerts: readonly string[]
}

async function change (stage: Stage, action: string, signs: Signs): Promise<readonly Sight[]> {
  const { status, word, code, alerts } = signs
  const timeline = new Timeline()
  await fetch(`${stage.url}/${action}/db`, { method: 'POST' })
  await Promise.all([
    timeline.until('readiness probe', async () => await when(stage.probed() === code, `${code}`)),
    timeline.until('log', async () => await when(logged(stage, status) !== undefined, logged(stage, status))),
    timeline.until('`/z/history`', async () => {
      const [latest] = stage.app.management.history('db')
      return await when(latest?.to === status, `\`db\` from \`${latest?.from ?? ''}\` to \`${status}\``)
    }),
    timeline.until('`/z/ui`, in Chromium', async () => {
      const title = await stage.page.title()
      return await when(title.startsWith(word), `the title "${title}"`)
    }),
    timeline.until('Prometheus', async () => {
      const expression = `health_check_status{check="db", status="${status}"}`
      return await when((await query(stage.prometheus, `${expression} == 1`)).length > 0, `\`${expression}\` is 1`)
    }),
    timeline.until('Spring Boot Admin', async () => {
      const [instance] = await stage.admin.instances()
      return await when(instance?.statusInfo.status === status, `\`${status}\``)
    }),
    alertsOf(stage, timeline, alerts)
  ])
  return timeline.sights
}

async function alertsOf ({ prometheus }: Stage, timeline: Timeline, alerts: readonly string[]): Promise<void> {
  if (alerts.length === 0) {
    await timeline.until(ALERT, async () => {
      return await when((await query(prometheus, FIRING)).length === 0, '`HealthCheckDown` has ended')
    })
  }
  for (const alert of alerts) {
    await timeline.until(ALERT, async () => {
      return await when((await query(prometheus, alert)).length > 0, `\`HealthCheckDown\` is ${stateIn(alert)}`)
    })
  }
}

/** Waits until each place shows that the database works, so that its first look is not a part of the recording. */
async function ready (stage: Stage): Promise<void> {
  const timeline = new Timeline()
  await timeline.until('the start', async () => {
    const [instance] = await stage.admin.instances()
    const collected = await query(stage.prometheus, 'health_check_status{check="db", status="UP"} == 1')
    return await when(stage.probed() === 200 && instance?.statusInfo.status === 'UP' && collected.length > 0, 'UP')
  })
  // The page refreshes once more.
  await sleep(5_000)
}

async function when (isShown: boolean, shown: string | undefined): Promise<string | undefined> {
  return await Promise.resolve(isShown ? shown : undefined)
}

function logged ({ messages }: Stage, status: string): string | undefined {
  const message = messages.findLast((message) => message.startsWith(`check "db" is ${status}`))
  return message && `\`${message}\``
}

function stateIn (alert: string): string {
  return alert.includes('firing') ? 'firing' : 'pending'
}

async function textOf ({ url }: Stage, path: string): Promise<string> {
  return await (await fetch(url + path)).text()
}
