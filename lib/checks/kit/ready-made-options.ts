import { optionsOf } from '../../base/option-table.js'
import type { Rule } from '../../base/rules.js'
import { didYouMean } from '../../base/suggest.js'
import { CHECK_OPTION_NAMES } from '../../health/check/options.js'

/**
 * Accepts the options of a ready-made check. `argument` names the first argument of the function, for messages about
 * unknown options, for example `http(url).methods`. It is empty if the options are the first argument.
 */
export function readyMadeOptions<T extends object> (
  argument: string, rules: { readonly [K in keyof T]-?: Rule<T[K]> }
): Rule<T> {
  const keysIn = (path: string): string => `${path}(${argument}).`
  return optionsOf(rules, { keysIn, hint }) as Rule<T>
}

/** A timeout among the options of `http()` has no effect there: the engine applies it. */
function hint (key: string, known: readonly string[]): string {
  if (!CHECK_OPTION_NAMES.some((name) => name === key)) return didYouMean(key, known)
  return ` (pass "${key}" to addCheck(), in the options of the check)`
}
