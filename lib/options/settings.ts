import type { LogLevel } from 'fastify'
import { autoChecks, checks, dependencies, preferredScheme, readCheckOptions } from './check-options.js'
import type { CheckSettings, DependencySettings } from './check-options.js'
import { Kinds } from '../health/kind.js'
import type { Kind } from '../health/kind.js'
import type { CheckOptions } from '../health/check/policy.js'
import type { Status } from '../health/status.js'
import { firstSet } from '../base/environment.js'
import type { Environment } from '../base/environment.js'
import { SHUTDOWN_SIGNALS } from './types.js'
import type { AuthHook, Endpoints, InfoOption, ManagementOptions, Show, ShutdownSignal } from './types.js'
import { delay, delayOrNone, filledListOf, flag, integer, listOf, oneOf, only, refuse, text, unknownKeys, withDefault } from '../base/rules.js'
import type { OnUnknown, Rule } from '../base/rules.js'
import { isFunction, isRecord } from '../base/type-guards.js'

/** Where a server of its own listens. */
export interface ListenSettings {
  readonly host: string
  readonly port: number
}

/** How the app ends at a signal, times in milliseconds. */
export interface ShutdownSettings {
  readonly signals: readonly ShutdownSignal[]
  readonly delay: number
  readonly timeout: number
}

/** The options, checked, with their defaults in place. */
export interface Settings {
  readonly prefix: string
  readonly name: string | undefined
  readonly version: NonNullable<ManagementOptions['version']>
  readonly checks: readonly CheckSettings[]
  /** The kinds of the checks that are added by themselves; none where that is off. */
  readonly autoChecks: readonly Kind[]
  readonly dependencies: readonly DependencySettings[]
  /** What a dependency's address without a scheme gets. */
  readonly scheme: string
  readonly cascade: readonly string[]
  readonly kinds: Kinds
  readonly checkDefaults: CheckOptions
  readonly showComponents: Show
  readonly showDetails: Show
  readonly auth: readonly AuthHook[]
  readonly endpoints: Readonly<Record<keyof Endpoints, boolean>>
  readonly statusCodes: Readonly<Record<Status, number>>
  readonly info: InfoOption | undefined
  readonly serviceInstanceId: boolean | string
  readonly logLevel: LogLevel
  readonly listen: ListenSettings | undefined
  /** How long a drain waits when it is not told, in milliseconds. */
  readonly drainDelay: number
  readonly shutdown: ShutdownSettings | undefined
}

/** Where the options are read: what stands around them. */
export interface SettingsDependencies {
  readonly env: Environment
  readonly onUnknown: OnUnknown
}

/** Options of Fastify's own `register`, which it hands on to every plugin. */
const REGISTER_OPTIONS = ['logSerializers', 'encapsulate']
const LOG_LEVELS: readonly LogLevel[] = ['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace']

/** Until a pod that is leaving is out of every list of endpoints, it is sent requests. */
const DRAIN_DELAY_IN_KUBERNETES_MS = 5_000

/** Less than the 30 s that Kubernetes gives a pod, with the delay before it. */
const SHUTDOWN_TIMEOUT_MS = 10_000

const ENDPOINTS: Settings['endpoints'] = { info: true, version: true, health: true, links: true }
const STATUS_CODES: Settings['statusCodes'] = { DOWN: 503, OUT_OF_SERVICE: 503, DEGRADED: 200, UP: 200 }

const OPTIONS: readonly (keyof ManagementOptions)[] = [
  'prefix', 'name', 'version', 'checks', 'autoChecks', 'serviceDependencies', 'cascade', 'kinds', 'checkDefaults', 'showComponents', 'showDetails',
  'auth', 'endpoints', 'statusCodes', 'info', 'serviceInstanceId', 'logLevel', 'listen', 'shutdown'
]

/** Checks the options, and puts the defaults in place. Throws a coded error for the first that is wrong. */
export function readSettings (options: unknown, context: SettingsDependencies): Settings {
  if (!isRecord(options)) return refuse(options, 'options', 'an object')
  unknownKeys(options, [...OPTIONS, ...REGISTER_OPTIONS]).forEach(context.onUnknown)
  const read = <T>(option: keyof ManagementOptions, rule: Rule<T>): T => rule(options[option], option)
  const kinds = new Kinds(read('kinds', withDefault(listOf(text), [])))
  const drainDelay = firstSet(context.env, 'KUBERNETES_SERVICE_HOST') === undefined ? 0 : DRAIN_DELAY_IN_KUBERNETES_MS
  return {
    kinds,
    prefix: read('prefix', withDefault(prefix, '/z')),
    name: read('name', withDefault(text, undefined)),
    version: read('version', withDefault(version, firstSet(context.env, 'VERSION') ?? 'unknown')),
    checks: read('checks', withDefault(checks(kinds, context.onUnknown), [])),
    autoChecks: read('autoChecks', withDefault(autoChecks(kinds), [])),
    dependencies: read('serviceDependencies', withDefault(dependencies(context.onUnknown), [])),
    scheme: read('serviceDependencies', preferredScheme(context.env)),
    cascade: read('cascade', withDefault(listOf(oneOf([...kinds])), [])),
    checkDefaults: readCheckOptions(options['checkDefaults'], 'checkDefaults', context.onUnknown),
    showComponents: read('showComponents', withDefault(show, 'always')),
    showDetails: read('showDetails', withDefault(show, 'never')),
    auth: 'auth' in options ? read('auth', auth) : [],
    endpoints: read('endpoints', withDefault(endpoints, ENDPOINTS)),
    statusCodes: read('statusCodes', withDefault(statusCodes, STATUS_CODES)),
    info: read('info', withDefault(info, undefined)),
    serviceInstanceId: read('serviceInstanceId', withDefault(instanceId, false)),
    logLevel: read('logLevel', withDefault(oneOf(LOG_LEVELS), 'silent')),
    listen: read('listen', withDefault(listen(context), undefined)),
    drainDelay,
    shutdown: read('shutdown', withDefault(shutdown(drainDelay, context), undefined))
  }
}

const prefix: Rule<string> = (value, option) =>
  typeof value === 'string' && !/[\s?#*%\\()]/.test(value)
    ? `/${value.split('/').filter((part) => part !== '').join('/')}`
    : refuse(value, option, 'a path without spaces, "?", "#", "*", "%", "(", ")" and "\\"')

const version: Rule<Settings['version']> = (value, option) =>
  isFunction(value) || (typeof value === 'string' && value.trim() !== '')
    ? value
    : refuse(value, option, 'a string that is not empty, or a function that gives one')

const show: Rule<Show> = (value, option) =>
  value === 'always' || value === 'never' || isFunction(value)
    ? value
    : refuse(value, option, '"always", "never", or a function of the request')

const instanceId: Rule<boolean | string> = (value, option) =>
  typeof value === 'boolean' || (typeof value === 'string' && value.trim() !== '')
    ? value
    : refuse(value, option, 'true, false, or the id as a string that is not empty')

const info: Rule<InfoOption> = (value, option) =>
  isFunction(value) || (isRecord(value) && !(value instanceof Promise)) ? value : refuse(value, option, 'an object, or a function that gives one')

/** One that is there but `undefined`, or an empty list, would open what was meant to be closed. */
const auth: Rule<readonly AuthHook[]> = (value, option) => {
  const hooks: unknown[] = Array.isArray(value) ? value : [value]
  if (hooks.length > 0 && hooks.every(isFunction)) return hooks
  return refuse(value, option, 'an onRequest hook, or an array of at least one; to leave the endpoints open, leave the option out')
}

const endpoints: Rule<Settings['endpoints']> = (value, option) =>
  merge(ENDPOINTS, only(Object.keys(ENDPOINTS), flag)(value, option))

const statusCodes: Rule<Settings['statusCodes']> = (value, option) =>
  merge(STATUS_CODES, only(Object.keys(STATUS_CODES), integer(200, 599))(value, option))

function listen ({ onUnknown }: SettingsDependencies): Rule<ListenSettings> {
  return (value, option) => {
    if (!isRecord(value)) return refuse(value, option, 'an object with a port, and a host where it is not 127.0.0.1')
    unknownKeys(value, ['port', 'host'], `${option}.`).forEach(onUnknown)
    const { port, host } = value
    return { port: integer(0, 65_535)(port, `${option}.port`), host: withDefault(text, '127.0.0.1')(host, `${option}.host`) }
  }
}

function shutdown (drainDelay: number, { onUnknown }: SettingsDependencies): Rule<ShutdownSettings | undefined> {
  const signals: Rule<readonly ShutdownSignal[]> = (value, option) => [...new Set(filledListOf(oneOf(SHUTDOWN_SIGNALS))(value, option))]
  return (value, option) => {
    if (value === false) return undefined
    const given = value === true ? {} : value
    if (!isRecord(given)) return refuse(given, option, 'true, false, or an object with signals, delay and timeout')
    unknownKeys(given, ['signals', 'delay', 'timeout'], `${option}.`).forEach(onUnknown)
    return {
      signals: withDefault(signals, ['SIGTERM', 'SIGINT'] as const)(given['signals'], `${option}.signals`),
      delay: withDefault(delayOrNone, drainDelay)(given['delay'], `${option}.delay`),
      timeout: withDefault(delay, SHUTDOWN_TIMEOUT_MS)(given['timeout'], `${option}.timeout`)
    }
  }
}

function merge<K extends string, V> (defaults: Readonly<Record<K, V>>, given: ReadonlyMap<string, V>): Record<K, V> {
  return { ...defaults, ...Object.fromEntries(given) }
}
