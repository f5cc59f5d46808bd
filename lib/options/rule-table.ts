import { refuse, unknownKeys } from '../base/rules.js'
import type { OnUnknown, Rule } from '../base/rules.js'
import { isRecord } from '../base/type-guards.js'

/** One rule for each option. An option without a rule does not compile. */
export type RulesOf<Options> = { readonly [Name in keyof Options]-?: Rule<unknown> }

/** The values that a table of rules gives. */
export type ValuesOf<Rules> = { readonly [Name in keyof Rules]: Rules[Name] extends Rule<infer Value> ? Value : never }

/** Reads each option by its rule, in the order of the rules. A rule receives `undefined` for a missing option. */
export function applyRules<Rules extends object> (
  rules: Rules, options: Readonly<Record<string, unknown>>, path = ''
): ValuesOf<Rules> {
  const entries = Object.entries<Rule<unknown>>(rules as Record<string, Rule<unknown>>)
  return Object.fromEntries(entries.map(([name, rule]) => [name, rule(options[name], path + name)])) as ValuesOf<Rules>
}

/** An object with options of its own. Reports unknown options. */
export function objectOf<Rules extends object> (
  rules: Rules, expected: string, onUnknown: OnUnknown
): Rule<ValuesOf<Rules>> {
  return (value, path) => {
    if (!isRecord(value)) return refuse(value, path, expected)
    unknownKeys(value, Object.keys(rules), `${path}.`).forEach(onUnknown)
    return applyRules(rules, value, `${path}.`)
  }
}
