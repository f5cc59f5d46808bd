import type { ComponentStatus } from '../../health/status.js'
import type { HistoryEntry } from '../history/history.js'
import { escape, timeTag, WORDS } from './html.js'

const WIDTH = 1_000
const MOST_LISTED = 10

/** Draws the recent statuses of a check as a strip, and lists its last changes. `changes` has the newest first. */
export function stripOf (name: string, status: ComponentStatus, changes: readonly HistoryEntry[], now: number): string {
  const oldest = changes.at(-1)
  if (oldest === undefined) return ''
  const start = Date.parse(oldest.time)
  const scale = WIDTH / Math.max(1, now - start)
  const times = [now, ...changes.map(({ time }) => Date.parse(time))]
  const parts = changes.map(({ to, time }, at) => {
    const [from, until] = [Date.parse(time), times[at] ?? now]
    const x = Math.round((from - start) * scale)
    // A short outage stays visible.
    const width = Math.max(4, Math.round((until - from) * scale))
    return `<rect class="${to}" x="${Math.min(x, WIDTH - 4)}" width="${width}" height="10"/>`
  })
  const label = `${name}: ${countOf(changes)} since ${new Date(start).toISOString()}, now ${WORDS[status]}`
  const strip = `<svg class="strip" role="img" aria-label="${escape(label)}" viewBox="0 0 ${WIDTH} 10" ` +
    `preserveAspectRatio="none">${parts.join('')}</svg>`
  const items = changes.slice(0, MOST_LISTED).map(({ time, to, error }) => {
    const reason = error === undefined ? '' : `: ${escape(error)}`
    return `<li class="${to}">${timeTag(Date.parse(time))} <b>${WORDS[to]}</b>${reason}</li>`
  })
  return `${strip}<details id="changes-${escape(name)}"><summary>${countOf(changes)}</summary>` +
    `<ol class="changes">${items.join('')}</ol></details>`
}

function countOf ({ length }: readonly HistoryEntry[]): string {
  return length === 1 ? '1 recent change' : `${length} recent changes`
}
