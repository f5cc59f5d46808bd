import type { LogLevel } from 'fastify'
import { firstSet } from '../base/environment.js'
import type { Environment } from '../base/environment.js'
import { applyRules, rejectMistyped } from '../base/option-table.js'
import type { RulesOf, ValuesOf } from '../base/option-table.js'
import { hasOption, listOf, oneOf, readOption, refuse, text, withDefault } from '../base/rules.js'
import { isRecord } from '../base/type-guards.js'
import { Kinds } from '../health/kind.js'
import { additionalPaths } from './additional-paths.js'
import { autoChecks } from './auto-checks-option.js'
import { checks, readCheckOptions } from './check-options.js'
import { dependencies, preferredScheme } from './dependency-options.js'
import { endpoints } from './endpoints-option.js'
import { kinds as customKinds } from './kinds-option.js'
import { listen } from './listen-option.js'
import { metrics } from './metrics-option.js'
import { prefix } from './prefix.js'
import { authHooks, info, instanceId, showWith, statusCodes, version } from './rules.js'
import { shutdown } from './shutdown-option.js'
import type { AuthHook, ManagementOptions } from './types.js'

/** The options after validation, with defaults for the options that were omitted. */
export interface Settings extends ValuesOf<ReturnType<typeof optionRules>> {
  /** The scheme of a service dependency's address without one: `http` or `https`. */
  readonly scheme: string
  /** How long a drain waits if the caller gives no delay, in milliseconds. */
  readonly drainDelay: number
  readonly isInKubernetes: boolean
}

/** The environment variables, and a function that is called with the unknown options, if there are any. */
export interface SettingsDependencies {
  readonly env: Environment
  readonly onUnknown: (options: readonly string[]) => void
}

interface RuleContext {
  readonly env: Environment
  readonly kinds: Kinds
  readonly drainDelay: number
  /** Whether the option `auth` is present, even as `undefined`. */
  readonly hasAuth: boolean
}

/** Options of Fastify's own `register()`. Fastify passes them on to every plugin. */
const REGISTER_OPTIONS = ['logSerializers', 'encapsulate']
/** Options of @fastify/autoload and of Fastify's routes that resemble options of this plugin. */
const FOREIGN_OPTIONS = ['autoload', 'autoHooks', 'cascadeHooks', 'prefixOverride', 'prefixTrailingSlash']
const LOG_LEVELS: readonly LogLevel[] = ['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace']

/** For about this time Kubernetes still sends requests to a pod that is ending. */
const DRAIN_DELAY_IN_KUBERNETES_MS = 5_000

/**
 * The table of all options: a rule and a default for each. To add an option, add a row here, a field in
 * `ManagementOptions` and a row in docs/options.md. An option without a row does not compile.
 */
function optionRules ({ env, kinds, drainDelay, hasAuth }: RuleContext) {
  return {
    prefix: withDefault(prefix, '/z'),
    name: withDefault(text, undefined),
    version: withDefault(version, firstSet(env, 'VERSION')),
    checks: withDefault(checks(kinds), []),
    autoChecks: withDefault(autoChecks(kinds), []),
    serviceDependencies: withDefault(dependencies(kinds), []),
    cascade: withDefault(listOf(oneOf([...kinds])), []),
    // Read first, because other rules need the kinds.
    kinds: () => kinds,
    checkDefaults: (value, path) => readCheckOptions(value, path),
    showComponents: withDefault(showWith(hasAuth), 'always'),
    showDetails: withDefault(showWith(hasAuth), 'never'),
    auth: hasAuth ? authHooks : (): readonly AuthHook[] => [],
    endpoints,
    statusCodes,
    info: withDefault(info, undefined),
    serviceInstanceId: withDefault(instanceId, false),
    logLevel: withDefault(oneOf(LOG_LEVELS), 'silent'),
    listen: withDefault(listen, undefined),
    additionalPaths: withDefault(additionalPaths(kinds), []),
    shutdown: withDefault(shutdown(drainDelay), undefined),
    metrics: withDefault(metrics, [])
  } satisfies RulesOf<ManagementOptions>
}

/**
 * Validates the options and fills in the defaults.
 *
 * @throws FST_MANAGEMENT_OPTION_INVALID for the first wrong value, and for a mistyped option
 * @throws FST_MANAGEMENT_NAME_INVALID or FST_MANAGEMENT_KIND_UNKNOWN for a wrong kind
 */
export function readSettings (options: unknown, { env, onUnknown }: SettingsDependencies): Settings {
  if (!isRecord(options)) return refuse(options, 'options', 'an object')
  const kinds = new Kinds(withDefault(customKinds, [])(readOption(options, 'kinds'), 'kinds'))
  const isInKubernetes = firstSet(env, 'KUBERNETES_SERVICE_HOST') !== undefined
  const drainDelay = isInKubernetes ? DRAIN_DELAY_IN_KUBERNETES_MS : 0
  const rules = optionRules({ env, kinds, drainDelay, hasAuth: hasOption(options, 'auth') })
  const unknown = rejectMistyped(options, Object.keys(rules), FOREIGN_OPTIONS)
    .filter((name) => !REGISTER_OPTIONS.includes(name))
  if (unknown.length > 0) onUnknown(unknown)
  return {
    ...applyRules(rules, options),
    scheme: preferredScheme(env, readOption(options, 'serviceDependencies')),
    drainDelay,
    isInKubernetes
  }
}
