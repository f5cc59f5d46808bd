import { optionsOf } from '../base/option-table.js'
import { integer, refuse, withDefault } from '../base/rules.js'
import type { Rule } from '../base/rules.js'
import { isFunction, isRecord, isThenable } from '../base/type-guards.js'
import type { Status } from '../health/status.js'
import type { AuthHook, InfoOption, ManagementOptions, Show } from './types.js'

const STATUS_CODES: Readonly<Record<Status, number>> = { DOWN: 503, OUT_OF_SERVICE: 503, DEGRADED: 200, UP: 200 }

export const version: Rule<NonNullable<ManagementOptions['version']>> = (value, path) =>
  isFunction(value) || (typeof value === 'string' && value.trim() !== '')
    ? value
    : refuse(value, path, 'a string that is not empty, or a function that returns one')

const show: Rule<Show> = (value, path) =>
  value === 'always' || value === 'never' || value === 'authorized' || isFunction(value)
    ? value
    : refuse(value, path, '"always", "never", "authorized", or a function of the request')

const SHOW_WITHOUT_AUTH = '"always", "never", or a function of the request; "authorized" needs the option "auth" too'

/** Refuses `'authorized'` without `auth` hooks: no request could be authorized. */
export function showWith (hasAuth: boolean): Rule<Show> {
  return (value, path) => {
    if (value !== 'authorized' || hasAuth) return show(value, path)
    return refuse(value, path, SHOW_WITHOUT_AUTH)
  }
}

export const instanceId: Rule<boolean | string> = (value, path) =>
  typeof value === 'boolean' || (typeof value === 'string' && value.trim() !== '')
    ? value
    : refuse(value, path, 'true, false, or the id as a string that is not empty')

export const info: Rule<InfoOption> = (value, path) =>
  isFunction(value) || (isRecord(value) && !isThenable(value))
    ? value
    : refuse(value, path, 'an object, or a function that returns one')

/** Refuses `undefined` and an empty list: both would open endpoints that the caller meant to protect. */
export const authHooks: Rule<readonly AuthHook[]> = (value, path) => {
  // The copy has no holes, and keeps its hooks if the app changes the list later.
  const hooks: unknown[] = Array.isArray(value) ? [...value as unknown[]] : [value]
  if (hooks.length > 0 && hooks.every(isFunction)) return hooks
  const expected = 'an onRequest hook, or an array of at least one; ' +
    'register the plugin of the hook first, or omit the option to leave the endpoints open'
  return refuse(value, path, expected)
}

export const statusCodes = overrides(STATUS_CODES, integer(200, 599))

/** An object that replaces single entries of the defaults. Refuses other keys. */
export function overrides<Key extends string, Value> (
  defaults: Readonly<Record<Key, Value>>, rule: Rule<Value>
): Rule<Readonly<Record<Key, Value>>> {
  const rules = Object.fromEntries(
    Object.entries<Value>(defaults).map(([key, fallback]) => [key, withDefault(rule, fallback)])
  ) as Record<Key, Rule<Value>>
  return withDefault(optionsOf(rules) as Rule<Readonly<Record<Key, Value>>>, defaults)
}
