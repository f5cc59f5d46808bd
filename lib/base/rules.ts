import { LONGEST_DELAY_MS } from './clock.js'
import { describe, reasonOf } from './describe.js'
import { errors } from '../errors.js'
import { didYouMean } from './suggest.js'
import { redactAndTruncate } from './truncate.js'
import { isFunction, isKeyed } from './type-guards.js'
import type { AnyFunction } from './type-guards.js'

/** The longest key in a path, in characters. */
const LONGEST_KEY = 60

/** The most keys of an object of options. More keys are a mistake, and take seconds to compare. */
const MOST_KEYS = 10_000

/**
 * Validates the value of an option and returns it with its type. Throws FST_MANAGEMENT_OPTION_INVALID if the value is
 * invalid. `path` names the option in messages, for example `shutdown.delay`.
 */
export type Rule<T> = (value: unknown, path: string) => T

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
    values.find((known) => known === value) ?? refuseUnknown(value, path, values)
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
    isKeyed(value)
      ? keysOf(value, path).map((key) => {
        const entryPath = `${path}.${redactAndTruncate(key, LONGEST_KEY)}`
        return [key, rule(readOption(value, key, `${path}.`), entryPath)] as const
      })
      : refuse(value, path, 'an object')
}

/** Whether an option is present, even as `undefined`. A property that others have added to all objects is not. */
export function hasOption (options: object, name: string): boolean {
  return name in options && !isOfAllObjects(options, name)
}

function isOfAllObjects (options: object, name: string): boolean {
  return Object.hasOwn(Object.prototype, name) && !Object.hasOwn(options, name)
}

/** Reads one option. Throws FST_MANAGEMENT_OPTION_INVALID if the option is a getter that throws. */
export function readOption (options: Readonly<Record<string, unknown>>, name: string, path = ''): unknown {
  try {
    return isOfAllObjects(options, name) ? undefined : options[name]
  } catch (error) {
    throw new errors.OptionInvalid(path + name, 'a readable value', `a getter that throws: ${reasonOf(error)}`)
  }
}

/**
 * Returns the keys of an object, also inherited ones. Ignores keys that the app has added to all objects. Throws
 * FST_MANAGEMENT_OPTION_INVALID for a proxy that throws, and for an object with more than 10,000 keys.
 */
export function keysOf (value: object, path: string): string[] {
  const keys = attemptKeys(value, path)
  if (keys.length <= MOST_KEYS) return keys
  throw new errors.OptionInvalid(path, `an object with at most ${MOST_KEYS} keys`, 'an object with more keys')
}

function attemptKeys (value: object, path: string): string[] {
  try {
    const keys: string[] = []
    for (const key in value) {
      if (Object.hasOwn(value, key) || !Object.hasOwn(Object.prototype, key)) keys.push(key)
      if (keys.length > MOST_KEYS) break
    }
    return keys
  } catch (error) {
    throw new errors.OptionInvalid(path, 'an object with readable keys', `a proxy that throws: ${reasonOf(error)}`)
  }
}

/** Returns the fallback for a missing value or `undefined`, and applies the rule to any other value. */
export function withDefault<T, const D> (rule: Rule<T>, fallback: D): Rule<T | D> {
  return (value, path) => value === undefined ? fallback : rule(value, path)
}

/**
 * Throws FST_MANAGEMENT_FUNCTION_INVALID if the value is not a function. `noun` and `name` describe it in the message.
 */
export function assertFunction (noun: string, name: string, value: unknown): asserts value is AnyFunction {
  if (!isFunction(value)) throw new errors.FunctionInvalid(noun, name, describe(value))
}

function refuseUnknown (value: unknown, path: string, known: readonly string[]): never {
  throw new errors.OptionInvalid(path, `one of ${known.join(', ')}`, describe(value) + didYouMean(value, known))
}
