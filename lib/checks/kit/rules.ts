import type { FailureStatus } from '../../health/check/options.js'
import { describe } from '../../base/describe.js'
import { errors } from '../../errors.js'
import { STATUSES } from '../../health/status.js'
import { integer, oneOf, refuse, text, withDefault } from '../../base/rules.js'
import type { Rule } from '../../base/rules.js'
import { isRecord } from '../../base/type-guards.js'
import { visible } from '../../base/visible.js'

export const port = integer(1, 65_535)

/** A path in the file system. */
export const filePath: Rule<string> = (value, option) => {
  const path = text(value, option)
  return path.includes('\0') ? refuse(value, option, 'a path without the character U+0000') : path
}

export const bytes = integer(0, Number.MAX_SAFE_INTEGER, ' of bytes')

export const share: Rule<number> = (value, option) =>
  typeof value === 'number' && value >= 0 && value <= 1 ? value : refuse(value, option, 'a number from 0 to 1')

/** The status that a check reports for a problem: any status but `UP`. */
export function failureStatus (fallback: FailureStatus): Rule<FailureStatus> {
  return withDefault(oneOf<FailureStatus>(STATUSES.filter((status) => status !== 'UP')), fallback)
}

/** Throws FST_MANAGEMENT_OPTION_INVALID with the type of a value, but without the value, because it may be a secret. */
export function refuseSecret (value: unknown, option: string, expected: string): never {
  const received = typeof value === 'object' ? describe(value) : `a value of the type ${typeof value}`
  throw new errors.OptionInvalid(option, expected, received)
}

/** A `URL` of any realm or library. jsdom has its own. */
function isUrl (value: unknown): value is { readonly href: unknown } {
  return isRecord(value) && typeof value['protocol'] === 'string' && typeof value['host'] === 'string'
}

/** Returns a copy without the fragment, which is never sent to a server. */
export const httpUrl: Rule<URL> = (value, option) => {
  const address = isUrl(value) ? value.href : value
  if (typeof address !== 'string' || !/^https?:\/\//i.test(address) || !URL.canParse(address)) {
    return refuse(value, option, 'an http:// or https:// URL')
  }
  // A URL parser silently drops or encodes these characters. White space around a URL is harmless.
  const trimmed = address.trim()
  if (visible(trimmed) !== trimmed) return refuse(value, option, 'a URL without control and invisible characters')
  const url = new URL(address)
  url.hash = ''
  return url
}
