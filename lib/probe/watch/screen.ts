import { truncate } from '../../base/truncate.js'
import type { Item } from './sight.js'
import type { Seen, WatchedApp } from './watched-app.js'

/** The size of a terminal, the time in milliseconds since 1970, and a function that colors a text. */
export interface Frame {
  readonly columns: number
  readonly rows: number
  readonly now: number
  readonly paint: Paint
}

/** Adds a style to a text. Without colors it returns the text alone. */
export type Paint = (text: string, style: number | undefined) => string

const GREEN = 32
const YELLOW = 33
const RED = 31
const BOLD = 1
const INVERSE = 7

const GOOD = ['UP', 'PASS']
const LIMITED = ['DEGRADED', 'UNKNOWN']

/** A change is marked for this time. */
const RECENT_MS = 15_000
const WIDEST_NAME = 30
const STATUS_WIDTH = 14

/** Returns the style of a status. The word itself says the same, for terminals and people without colors. */
export function styleOf (status: string): number {
  if (GOOD.includes(status)) return GREEN
  return LIMITED.includes(status) ? YELLOW : RED
}

/** Returns the lines that fit into a terminal. If they do not, each app shows its worst components. */
export function screenOf (apps: readonly WatchedApp[], head: string, frame: Frame): readonly string[] {
  const all = apps.map((app) => ({ app, lines: componentLines(app, frame) }))
  const free = frame.rows - 1 - 2 * apps.length
  const isFull = all.reduce((sum, { lines }) => sum + lines.length, 0) > free
  const most = isFull ? Math.max(1, Math.floor(free / apps.length)) : Infinity
  const blocks = all.flatMap(({ app, lines }) => ['', appLine(app, frame), ...first(lines, most)])
  return [fit([[head]], frame), ...blocks].slice(0, frame.rows)
}

function first (lines: readonly string[], most: number): readonly string[] {
  if (lines.length <= most) return lines
  return [...lines.slice(0, most - 1), `    ... ${lines.length - most + 1} more`]
}

function appLine (app: WatchedApp, frame: Frame): string {
  const { sight, shownUrl } = app
  if (sight === undefined) return fit([['  '], [shownUrl, BOLD], ['  no answer yet']], frame)
  const { app: item, code } = sight
  const facts = [code === undefined ? '' : `  ${code}`, ...factsOf(item, app.seen(), frame)]
  const status = statusCell(item, app.seen(), frame)
  return fit([[markOf(app.seen(), frame)], [shownUrl, BOLD], ['  '], status, [facts.join('')]], frame)
}

function componentLines (app: WatchedApp, frame: Frame): readonly string[] {
  const components = [...app.sight?.components ?? []]
  const width = Math.min(WIDEST_NAME, Math.max(0, ...components.map(([name]) => name.length)))
  // The sort is stable, so components of one rank keep their order.
  const sorted = components.sort(([, left], [, right]) => rankOf(left.status) - rankOf(right.status))
  return sorted.map(([name, item]) => {
    const seen = app.seen(name)
    const [status, style] = statusCell(item, seen, frame)
    return fit([
      [`${markOf(seen, frame)}  ${truncate(name, WIDEST_NAME).padEnd(width)}  `],
      [status, style],
      [' '.repeat(Math.max(0, STATUS_WIDTH - status.length))],
      [factsOf(item, seen, frame).join('')]
    ], frame)
  })
}

function rankOf (status: string): number {
  return [RED, YELLOW, GREEN].indexOf(styleOf(status))
}

type Cell = readonly [text: string, style?: number | undefined]

function statusCell ({ status }: Item, seen: Seen | undefined, frame: Frame): Cell {
  return [status, isRecent(seen, frame) ? INVERSE : styleOf(status)]
}

function markOf (seen: Seen | undefined, frame: Frame): string {
  return isRecent(seen, frame) ? '* ' : '  '
}

function isRecent (seen: Seen | undefined, { now }: Frame): boolean {
  return seen?.was !== undefined && now - seen.at < RECENT_MS
}

function factsOf ({ since, durationMs, reason }: Item, seen: Seen | undefined, { now }: Frame): readonly string[] {
  const began = since ?? (seen?.was === undefined ? undefined : seen.at)
  return [
    ...(durationMs === undefined ? [] : [`  ${Math.round(durationMs)} ms`]),
    ...(began === undefined ? [] : [`  for ${forHow(now - began)}`]),
    ...(seen?.was === undefined ? [] : [`  was ${seen.was} until ${clockTime(seen.at)}`]),
    ...(reason === undefined ? [] : [`  ${reason}`])
  ]
}

function forHow (milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1_000))
  if (seconds < 60) return `${seconds} s`
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min`
  return seconds < 172_800 ? `${Math.floor(seconds / 3_600)} h` : `${Math.floor(seconds / 86_400)} d`
}

/** The time on the clock of this machine, for example `03:04:05`. */
export function clockTime (time: number): string {
  return new Date(time).toTimeString().slice(0, 8)
}

/** Joins cells, and cuts them at the width of the terminal. */
function fit (cells: readonly Cell[], { columns, paint }: Frame): string {
  let left = columns
  return cells.map(([text, style]) => {
    if (left <= 0 || text === '') return ''
    const part = text.length > left ? truncate(text, left - 1) : text
    left -= text.length
    return paint(part, style)
  }).join('')
}
