import { httpHeaders } from '../checks/network/http-headers.js'
import type { Kind, Kinds } from '../health/kind.js'
import type { CheckOptions } from '../health/check/policy.js'
import { STATUSES } from '../health/status.js'
import { firstSet } from '../base/environment.js'
import type { Environment } from '../base/environment.js'
import { delay, delayOrNone, integer, oneOf, recordOf, refuse, unknownKeys, withDefault } from '../base/rules.js'
import type { OnUnknown, Rule } from '../base/rules.js'
import { isRecord } from '../base/type-guards.js'

/** A check as the options give it. What is its own business, its name and function, is checked where it is added. */
export interface CheckSettings {
  readonly kind: string
  readonly name: string
  readonly check: unknown
  readonly options: CheckOptions
}

/** A service dependency as the options give it. */
export interface DependencySettings {
  readonly name: string
  readonly address: unknown
  readonly headers: Readonly<Record<string, string>>
  readonly options: CheckOptions
}

const CHECK_RULES: { readonly [Option in keyof CheckOptions]-?: Rule<CheckOptions[Option]> } = {
  timeout: delay,
  ttl: delayOrNone,
  interval: delayOrNone,
  failureThreshold: integer(1, Number.MAX_SAFE_INTEGER),
  successThreshold: integer(1, Number.MAX_SAFE_INTEGER),
  failureStatus: oneOf(STATUSES.filter((status) => status !== 'UP')),
  maxBackoff: delay
}

/** Checks the options of one check. */
export function readCheckOptions (options: unknown, option: string, onUnknown: OnUnknown): CheckOptions {
  if (options === undefined) return {}
  if (!isRecord(options)) return refuse(options, option, 'an object')
  const known = Object.entries(CHECK_RULES)
  unknownKeys(options, Object.keys(CHECK_RULES), `${option}.`).forEach(onUnknown)
  const given = known.filter(([key]) => options[key] !== undefined)
  return Object.fromEntries(given.map(([key, rule]) => [key, rule(options[key], `${option}.${key}`)]))
}

export function checks (kinds: Kinds, onUnknown: OnUnknown): Rule<readonly CheckSettings[]> {
  const byKind = recordOf(recordOf(check(onUnknown)))
  return (value, option) => {
    const entries = byKind(value, option)
    if (entries.length > 0) kinds.assertKnown(entries.map(([kind]) => kind))
    return entries.flatMap(([kind, checks]) => checks.map(([name, entry]) => ({ kind, name, ...entry })))
  }
}

/** A restart of the app does not mend a server, and one server that is away would have every app restarted. */
export function autoChecks (kinds: Kinds): Rule<readonly Kind[]> {
  return (value, option) => {
    if (typeof value === 'boolean') return value ? ['health'] : []
    const asked: readonly unknown[] = Array.isArray(value) ? value : [value]
    kinds.assertKnown(asked)
    return asked.includes('liveness') ? refuse('liveness', option, 'true, false, or kinds other than liveness') : asked
  }
}

function check (onUnknown: OnUnknown): Rule<{ readonly check: unknown, readonly options: CheckOptions }> {
  return (value, option) => {
    if (!isRecord(value)) return { check: value, options: {} }
    const { check, ...options } = value
    return { check, options: readCheckOptions(options, option, onUnknown) }
  }
}

export function dependencies (onUnknown: OnUnknown): Rule<readonly DependencySettings[]> {
  const byName = recordOf(dependency(onUnknown))
  return (value, option) => byName(value, option).map(([name, entry]) => ({ name, ...entry }))
}

/** Read only where there are dependencies: `SCHEME` may mean something else to an app that has none. */
export function preferredScheme (env: Environment): Rule<string> {
  const scheme = withDefault(oneOf(['http', 'https']), 'http')
  return (dependencies) => {
    const variable = firstSet(env, 'PREFERRED_URL_SCHEME') === undefined ? 'SCHEME' : 'PREFERRED_URL_SCHEME'
    return dependencies === undefined ? 'http' : scheme(firstSet(env, variable), `${variable} (environment)`)
  }
}

function dependency (onUnknown: OnUnknown): Rule<Omit<DependencySettings, 'name'>> {
  return (value, option) => {
    if (!isRecord(value)) return { address: value, headers: {}, options: {} }
    const { url, headers: sent, ...options } = value
    return {
      address: url,
      headers: withDefault(httpHeaders, {})(sent, `${option}.headers`),
      options: readCheckOptions(options, option, onUnknown)
    }
  }
}
