import { LONGEST_DELAY_MS } from './clock.js'
import { describe } from './describe.js'
import { errors } from '../errors.js'
import { isFunction, isRecord } from './type-guards.js'
import type { AnyFunction } from './type-guards.js'

/** Gives a value back as what it must be, or throws an error that names the option, what came and what is expected. */
export type Rule<T> = (value: unknown, option: string) => T

/** Told of each key that is none of the options. */
export type OnUnknown = (key: string) => void

export function refuse (value: unknown, option: string, expected: string): never {
  throw new errors.OptionInvalid(option, expected, describe(value))
}

export const text: Rule<string> = (value, option) =>
  typeof value === 'string' && value.trim() !== '' ? value : refuse(value, option, 'a string that is not empty')

export const flag: Rule<boolean> = (value, option) =>
  typeof value === 'boolean' ? value : refuse(value, option, 'true or false')

export function integer (least: number, most: number, unit = ''): Rule<number> {
  return (value, option) =>
    typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most
      ? value
      : refuse(value, option, `a whole number${unit} from ${least} to ${most}`)
}

/** A time to wait. */
export const delay = integer(1, LONGEST_DELAY_MS, ' of milliseconds')

/** A time to wait, or 0 for none. */
export const delayOrNone = integer(0, LONGEST_DELAY_MS, ' of milliseconds')

export function oneOf<T extends string> (values: readonly T[]): Rule<T> {
  return (value, option) => values.find((known) => known === value) ?? refuse(value, option, `one of ${values.join(', ')}`)
}

export function listOf<T> (rule: Rule<T>): Rule<readonly T[]> {
  return (value, option) =>
    // Not by `map`, which leaves out holes.
    Array.isArray(value) ? Array.from(value, (entry, at) => rule(entry, `${option}[${at}]`)) : refuse(value, option, 'an array')
}

/** A list in which there is something: from an empty one nothing could ever pass. */
export function filledListOf<T> (rule: Rule<T>): Rule<readonly T[]> {
  const list = listOf(rule)
  return (value, option) => {
    const entries = list(value, option)
    return entries.length > 0 ? entries : refuse(value, option, 'an array that is not empty')
  }
}

/** Throws for what is no function. */
export function assertFunction (what: string, name: string, value: unknown): asserts value is AnyFunction {
  if (!isFunction(value)) throw new errors.FunctionInvalid(what, name, describe(value))
}

/** An object with any keys, all of whose values obey one rule. */
export function recordOf<T> (rule: Rule<T>): Rule<readonly (readonly [string, T])[]> {
  return (value, option) =>
    isRecord(value)
      ? Object.entries(value).map(([key, entry]) => [key, rule(entry, `${option}.${key}`)] as const)
      : refuse(value, option, 'an object')
}

/** An object that may have some keys and no others: a typing error in a key must not leave open what it was to close. */
export function only<T> (keys: readonly string[], rule: Rule<T>): Rule<ReadonlyMap<string, T>> {
  return (value, option) => {
    if (!isRecord(value)) return refuse(value, option, `an object with keys of ${keys.join(', ')}`)
    const unknown = Object.keys(value).find((key) => !keys.includes(key))
    if (unknown !== undefined) return refuse(unknown, option, `an object with no other keys than ${keys.join(', ')}`)
    return new Map(Object.entries(value).filter(([, entry]) => entry !== undefined).map(([key, entry]) => [key, rule(entry, `${option}.${key}`)]))
  }
}

/** An object with options of its own, each by a rule; there are no others. What is left out is given to its rule as `undefined`. */
export function optionsOf<T extends object> (rules: { readonly [K in keyof T]-?: Rule<T[K]> }): Rule<T> {
  const known = Object.keys(rules)
  return (value, option) => {
    if (!isRecord(value)) return refuse(value, option, `an object with keys of ${known.join(', ')}`)
    const [unknown] = unknownKeys(value, known)
    if (unknown !== undefined) return refuse(unknown, option, `an object with no other keys than ${known.join(', ')}`)
    // The rules are typed by the keys, which `Object.entries` cannot say.
    const entries = Object.entries<Rule<unknown>>(rules)
    return Object.fromEntries(entries.map(([key, rule]) => [key, rule(value[key], `${option}.${key}`)])) as T
  }
}

/** A value that is left out, or `undefined`, is replaced. */
export function withDefault<T, const D> (rule: Rule<T>, fallback: D): Rule<T | D> {
  return (value, option) => value === undefined ? fallback : rule(value, option)
}

/** The names of the keys that are none of those known. */
export function unknownKeys (value: object, known: readonly string[], option = ''): string[] {
  return Object.keys(value).filter((key) => !known.includes(key)).map((key) => option + key)
}
