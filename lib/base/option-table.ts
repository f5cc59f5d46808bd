import { keysOf, readOption, refuse } from './rules.js'
import type { Rule } from './rules.js'
import { errors } from '../errors.js'
import { didYouMean, suggest } from './suggest.js'
import { redactAndTruncate } from './truncate.js'
import { isKeyed } from './type-guards.js'

/** One rule for each option. An option without a rule does not compile. */
export type RulesOf<Options> = { readonly [Name in keyof Options]-?: Rule<unknown> }

/** The values that a table of rules gives. */
export type ValuesOf<Rules> = { readonly [Name in keyof Rules]: Rules[Name] extends Rule<infer Value> ? Value : never }

/** Returns the end of the message about an unknown key, for example ` (did you mean "host"?)`. */
export type Hint = (key: string, known: readonly string[]) => string

const LONGEST_KEY = 60
const MOST_SHOWN = 30

/** The texts of messages about an object of options. */
export interface OptionTexts {
  /** The value that is expected instead of a value that is no object. By default it lists the options. */
  readonly expected?: string
  /** Returns the beginning of the path of an unknown option, by default `path.`. */
  readonly keysIn?: (path: string) => string
  readonly hint?: Hint
}

/** Accepts an object with an option for each rule, and without other keys. */
export function optionsOf<Rules extends object> (rules: Rules, texts: OptionTexts = {}): Rule<ValuesOf<Rules>> {
  const known = Object.keys(rules)
  const {
    expected = `an object with keys of ${known.join(', ')}`, keysIn = (path: string): string => `${path}.`, hint
  } = texts
  return (value, path) => {
    if (!isKeyed(value)) return refuse(value, path, expected)
    rejectUnknown(value, keysIn(path), known, hint)
    return applyRules(rules, value, `${path}.`)
  }
}

/** Reads each option by its rule, in the order of the rules. A rule receives `undefined` for a missing option. */
export function applyRules<Rules extends object> (
  rules: Rules, options: Readonly<Record<string, unknown>>, path = ''
): ValuesOf<Rules> {
  const entries = Object.entries<Rule<unknown>>(rules as Record<string, Rule<unknown>>)
  return Object.fromEntries(
    entries.map(([name, rule]) => [name, rule(readOption(options, name, path), path + name)])
  ) as ValuesOf<Rules>
}

/**
 * Throws FST_MANAGEMENT_OPTION_INVALID for the first key that is not the name of an option. A mistyped option must not
 * expose data or turn off a check.
 */
export function rejectUnknown (options: object, path: string, known: readonly string[], hint: Hint = didYouMean): void {
  const [key] = unknownKeys(options, path.replace(/\.$/, ''), known)
  if (key !== undefined) throw unknownOption(key, path, known, hint)
}

/**
 * Does the same for an object that belongs to other plugins too: throws only if a key resembles an option. Returns the
 * other keys for a message. `foreign` lists keys that resemble an option, but are known to belong to another plugin.
 */
export function rejectMistyped (
  options: object, known: readonly string[], foreign: readonly string[], path = ''
): string[] {
  const others = unknownKeys(options, 'options', known)
  const mistyped = others.find((key) => !foreign.includes(key) && suggest(key, known) !== undefined)
  if (mistyped !== undefined) throw unknownOption(mistyped, path, known, didYouMean)
  const shown = others.slice(0, MOST_SHOWN).map((key) => redactAndTruncate(key, LONGEST_KEY))
  return others.length > MOST_SHOWN ? [...shown, `… ${others.length - MOST_SHOWN} more`] : shown
}

function unknownOption (key: string, path: string, known: readonly string[], hint: Hint): Error {
  return new errors.OptionUnknown(path + redactAndTruncate(key, LONGEST_KEY), hint(key, known), known.join(', '))
}

/**
 * Lists the keys that are not in `known`: all keys of the object itself, and those inherited keys that resemble a known
 * one. Other inherited keys may be methods of a class.
 */
function unknownKeys (options: object, path: string, known: readonly string[]): string[] {
  const unknown = keysOf(options, path).filter((key) => !known.includes(key))
  return unknown.filter((key) => Object.hasOwn(options, key) || suggest(key, known) !== undefined)
}
