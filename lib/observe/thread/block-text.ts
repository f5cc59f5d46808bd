import { visible } from '../../base/visible.js'
import type { Blocker } from './messages.js'

/** Describes a block, for example `the event loop has been blocked for 1.2 s at parseCsv (/app/lib/csv.js:41)`. */
export function blockText (blockedMs: number, blocker: Blocker | undefined): string {
  const text = `the event loop has been blocked for ${(blockedMs / 1_000).toFixed(1)} s`
  return blocker === undefined ? text : `${text} at ${placeOf(blocker)}`
}

function placeOf ({ function: name, file, line }: Blocker): string {
  const place = `${file}:${line}`
  return visible(name === '' ? place : `${name} (${place})`)
}

/** The fields of a log line about a block. */
export function blockFields (blockedMs: number, blocker: Blocker | undefined): object {
  return { blockedMs: Math.round(blockedMs), ...blocker }
}
