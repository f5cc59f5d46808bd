import type { Writable } from 'node:stream'
import { write } from '../output.js'
import { jsonDocument } from '../json-document.js'
import type { EndedProbe } from '../json-document.js'
import { clockTime, screenOf, styleOf } from './screen.js'
import type { Paint } from './screen.js'
import type { Change, WatchedApp } from './watched-app.js'

/** A stream that may be a terminal. */
export type Out = Writable & { readonly isTTY?: boolean, readonly columns?: number, readonly rows?: number }

/** Shows the results of probes. */
export interface View {
  begin (): void
  /** Shows one probe. The promise resolves when the output is written, so that a slow reader slows the watch. */
  show (app: WatchedApp, ended: EndedProbe): Promise<void>
  end (): Promise<void>
}

/** The codes that prepare a terminal and restore it: alternate screen, cursor, line wrap. */
const ENTER = '\x1b[?1049h\x1b[?25l\x1b[?7l'
const LEAVE = '\x1b[?7h\x1b[?25h\x1b[?1049l'
const HOME = '\x1b[H'
const CLEAR_LINE = '\x1b[K'
const CLEAR_BELOW = '\x1b[J'

/** Returns the view for a stream: a screen on a terminal, otherwise lines. */
export function viewFor (
  stdout: Out, env: NodeJS.ProcessEnv, apps: readonly WatchedApp[], { json, intervalMs }: ViewOptions
): View {
  const isTerminal = stdout.isTTY === true && env['TERM'] !== 'dumb'
  const paint = hasColors(env, isTerminal) ? painted : plain
  if (json) return linesView(stdout, (_app, _changes, ended) => `${jsonDocument(ended)}\n`)
  if (isTerminal) return screenView(stdout, apps, intervalMs, paint)
  return linesView(stdout, (app, changes, { time }) =>
    changes.map((change) => `${time.toISOString()} ${app.shownUrl}${changeText(change, paint)}\n`).join(''))
}

interface ViewOptions {
  readonly json: boolean
  readonly intervalMs: number
}

/**
 * Follows the variables of the environment that most commands know.
 *
 * @see https://no-color.org and https://force-color.org
 */
function hasColors ({ FORCE_COLOR, NO_COLOR = '' }: NodeJS.ProcessEnv, isTerminal: boolean): boolean {
  return FORCE_COLOR === undefined ? isTerminal && NO_COLOR === '' : FORCE_COLOR !== '0'
}

const plain: Paint = (text) => text
const painted: Paint = (text, style) => style === undefined ? text : `\x1b[${style}m${text}\x1b[0m`

function linesView (
  stdout: Out, textOf: (app: WatchedApp, changes: readonly Change[], ended: EndedProbe) => string
): View {
  return {
    begin: () => undefined,
    async show (app, ended) {
      const text = textOf(app, app.record(ended), ended)
      if (text !== '') await new Promise<void>((resolve) => { stdout.write(text, () => resolve()) })
    },
    end: async () => { await Promise.resolve() }
  }
}

function changeText ({ name, from, to }: Change, paint: Paint): string {
  const was = from === undefined ? '' : ` (was ${from})`
  const reason = to?.reason === undefined ? '' : `: ${to.reason}`
  const status = to === undefined ? 'gone' : paint(to.status, styleOf(to.status))
  return `${name === '' ? '' : ` ${name}`} ${status}${was}${reason}`
}

function screenView (stdout: Out, apps: readonly WatchedApp[], intervalMs: number, paint: Paint): View {
  const lines = (now: number): readonly string[] => {
    const head = `management-probe  ${clockTime(now)}  every ${intervalMs / 1_000} s  Ctrl+C ends`
    const { columns, rows } = stdout
    return screenOf(apps, head, { columns: sizeOr(columns, 80), rows: sizeOr(rows, 24) - 1, now, paint })
  }
  let now = 0
  const draw = (): void => {
    stdout.write(`${HOME}${lines(now).map((line) => `${line}${CLEAR_LINE}\n`).join('')}${CLEAR_BELOW}`)
  }
  return {
    begin () {
      stdout.write(ENTER)
      stdout.on('resize', draw)
    },
    async show (app, ended) {
      app.record(ended)
      now = ended.time.getTime()
      draw()
      await Promise.resolve()
    },
    /** Prints the last state below the output that was there before the watch. */
    async end () {
      stdout.off('resize', draw)
      await write(stdout, `${LEAVE}${lines(now).join('\n')}\n`)
    }
  }
}

/** The size of a terminal that does not know it is undefined or 0. */
function sizeOr (size: number | undefined, fallback: number): number {
  return size === undefined || size === 0 ? fallback : size
}
