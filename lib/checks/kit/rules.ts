import type { FailureStatus } from '../../health/check/options.js'
import { STATUSES } from '../../health/status.js'
import { integer, oneOf, refuse, withDefault } from '../../base/rules.js'
import type { Rule } from '../../base/rules.js'

export const port = integer(1, 65_535)

export const bytes = integer(0, Number.MAX_SAFE_INTEGER, ' of bytes')

export const share: Rule<number> = (value, option) =>
  typeof value === 'number' && value >= 0 && value <= 1 ? value : refuse(value, option, 'a number from 0 to 1')

/** The status that a check reports for a problem: any status but `UP`. */
export function failureStatus (fallback: FailureStatus): Rule<FailureStatus> {
  return withDefault(oneOf<FailureStatus>(STATUSES.filter((status) => status !== 'UP')), fallback)
}

/** Returns a copy without the fragment, which is never sent to a server. */
export const httpUrl: Rule<URL> = (value, option) => {
  const address = value instanceof URL ? value.href : value
  if (typeof address !== 'string' || !/^https?:\/\//i.test(address) || !URL.canParse(address)) {
    return refuse(value, option, 'an http:// or https:// URL')
  }
  const url = new URL(address)
  url.hash = ''
  return url
}
