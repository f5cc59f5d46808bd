import { LONGEST_DELAY_MS } from './clock.js'
import { describe } from './describe.js'
import { errors } from '../errors.js'
import { isFunction, isRecord } from './type-guards.js'
import type { AnyFunction } from './type-guards.js'

/**
 * Validates the value of an option and returns it with its type. Throws FST_MANAGEMENT_OPTION_INVALID if the value is
 * invalid. `path` names the option in messages, for example `shutdown.delay`.
 */
export type Rule<T> = (value: unknown, path: string) => T

/** Receives each key that is not the name of an option. */
export type OnUnknown = (key: string) => void

/**
 * Throws FST_MANAGEMENT_OPTION_INVALID for an option. The message contains the value received and the value expected.
 */
export function refuse (value: unknown, path: string, expected: string): never {
  throw new errors.OptionInvalid(path, expected, describe(value))
}

/** Accepts a string that has more than white space. */
export const text: Rule<string> = (value, path) =>
  typeof value === 'string' && value.trim() !== '' ? value : refuse(value, path, 'a string that is not empty')

/** Accepts `true` and `false`. */
export const flag: Rule<boolean> = (value, path) =>
  typeof value === 'boolean' ? value : refuse(value, path, 'true or false')

/** Accepts a whole number from `least` to `most`. Messages contain the `unit`, for example ` of milliseconds`. */
export function integer (least: number, most: number, unit = ''): Rule<number> {
  return (value, path) =>
    typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most
      ? value
      : refuse(value, path, `a whole number${unit} from ${least} to ${most}`)
}

/** Accepts a delay in milliseconds, from 1. */
export const delay = integer(1, LONGEST_DELAY_MS, ' of milliseconds')

/** Accepts a delay in milliseconds. 0 means no delay. */
export const delayOrNone = integer(0, LONGEST_DELAY_MS, ' of milliseconds')

/** Accepts one of several strings. */
export function oneOf<T extends string> (values: readonly T[]): Rule<T> {
  return (value, path) =>
    values.find((known) => known === value) ?? refuse(value, path, `one of ${values.join(', ')}`)
}

/** Accepts an array in which all entries obey one rule. */
export function listOf<T> (rule: Rule<T>): Rule<readonly T[]> {
  return (value, path) =>
    // Not `map()`, because it skips the holes of an array.
    Array.isArray(value)
      ? Array.from(value, (entry, index) => rule(entry, `${path}[${index}]`))
      : refuse(value, path, 'an array')
}

/** Accepts an array in which all entries obey one rule, but not an empty array. */
export function nonEmptyListOf<T> (rule: Rule<T>): Rule<readonly T[]> {
  const list = listOf(rule)
  return (value, path) => {
    const entries = list(value, path)
    return entries.length > 0 ? entries : refuse(value, path, 'an array that is not empty')
  }
}

/** Accepts an object with any keys, in which all values obey one rule. Returns its entries. */
export function recordOf<T> (rule: Rule<T>): Rule<readonly (readonly [string, T])[]> {
  return (value, path) =>
    isRecord(value)
      ? Object.entries(value).map(([key, entry]) => [key, rule(entry, `${path}.${key}`)] as const)
      : refuse(value, path, 'an object')
}

/**
 * Accepts an object in which all values obey one rule, and which has only these keys. A misspelled key must not expose
 * an endpoint that the user wanted to turn off. Returns only the keys that have a value.
 */
export function recordWithKeys<T> (keys: readonly string[], rule: Rule<T>): Rule<ReadonlyMap<string, T>> {
  return (value, path) => {
    assertKnownKeys(value, path, keys)
    const given = Object.entries(value).filter(([, entry]) => entry !== undefined)
    return new Map(given.map(([key, entry]) => [key, rule(entry, `${path}.${key}`)]))
  }
}

/**
 * Accepts an object in which each key has its own rule, and which has no other keys. The rule of a missing key gets
 * `undefined`.
 */
export function optionsOf<T extends object> (rules: { readonly [K in keyof T]-?: Rule<T[K]> }): Rule<T> {
  const keys = Object.keys(rules)
  return (value, path) => {
    assertKnownKeys(value, path, keys)
    // `Object.entries()` loses the type of each rule.
    const entries = Object.entries<Rule<unknown>>(rules)
    return Object.fromEntries(entries.map(([key, rule]) => [key, rule(value[key], `${path}.${key}`)])) as T
  }
}

/** Returns the fallback for a missing value or `undefined`, and applies the rule to any other value. */
export function withDefault<T, const D> (rule: Rule<T>, fallback: D): Rule<T | D> {
  return (value, path) => value === undefined ? fallback : rule(value, path)
}

/** Returns the keys of an object that are not in `known`. Puts `prefix` before each of them. */
export function unknownKeys (value: object, known: readonly string[], prefix = ''): string[] {
  return Object.keys(value).filter((key) => !known.includes(key)).map((key) => prefix + key)
}

/**
 * Throws FST_MANAGEMENT_FUNCTION_INVALID if the value is not a function. `noun` and `name` describe it in the message.
 */
export function assertFunction (noun: string, name: string, value: unknown): asserts value is AnyFunction {
  if (!isFunction(value)) throw new errors.FunctionInvalid(noun, name, describe(value))
}

function assertKnownKeys (
  value: unknown, path: string, known: readonly string[]
): asserts value is Record<string, unknown> {
  if (!isRecord(value)) refuse(value, path, `an object with keys of ${known.join(', ')}`)
  const [unknown] = unknownKeys(value, known)
  if (unknown !== undefined) refuse(unknown, path, `an object with no other keys than ${known.join(', ')}`)
}
