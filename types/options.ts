import type { FastifyReply, FastifyRequest, onRequestAsyncHookHandler, onRequestHookHandler } from 'fastify'
import type {
  AuthHook, BuiltInKind, CheckOption, CheckOptions, Endpoints, InfoOption, ManagementOptions, RouteClass,
  ServiceDependencyOption, Show
} from '../lib/index.js'
import { flag, text } from '../lib/base/rules.js'
import { CHECK_OPTIONS } from '../lib/health/check/options.js'
import type { CheckOptionTable } from '../lib/health/check/options.js'
import type { RulesOf } from '../lib/base/option-table.js'
import type { Settings } from '../lib/options/settings.js'
import type { Equal, Expect } from './equal.js'

export type Cases = [
  Expect<Equal<RouteClass, 'probe' | 'report'>>,
  Expect<onRequestHookHandler | onRequestAsyncHookHandler extends AuthHook ? true : false>,
  Expect<Equal<keyof Endpoints, 'info' | 'version' | 'health' | 'history' | 'ui' | 'links' | 'metrics'>>,
  Expect<Equal<Partial<ManagementOptions>, ManagementOptions>>,
  Expect<Equal<ManagementOptions['checkDefaults'], CheckOptions | undefined>>,
  Expect<Equal<
    keyof Exclude<ServiceDependencyOption, string>,
    keyof CheckOptions | BuiltInKind | 'url' | 'headers' | 'tls'
  >>,
  Expect<Equal<keyof CheckOptionTable, keyof CheckOptions>>,
  Expect<Equal<keyof Settings, keyof ManagementOptions | 'scheme' | 'drainDelay' | 'isInKubernetes'>>
]

interface Address {
  readonly port: number
  readonly host?: string | undefined
}

/** The tables of options must be complete. */
export const complete = { port: text, host: text } satisfies RulesOf<Address>
// @ts-expect-error the rule of an option is missing
export const incomplete = { port: text } satisfies RulesOf<Address>
// @ts-expect-error the option does not exist
export const surplus = { port: text, host: text, path: text } satisfies RulesOf<Address>

const { timeout, ...otherCheckOptions } = CHECK_OPTIONS
export const completeTable: CheckOptionTable = { timeout, ...otherCheckOptions }
// @ts-expect-error the row of an option is missing
export const incompleteTable: CheckOptionTable = otherCheckOptions
// @ts-expect-error the rule gives a value of another type
export const wrongTable: CheckOptionTable = { ...CHECK_OPTIONS, timeout: { ...timeout, rule: flag } }

const withCallback: onRequestHookHandler = (_request, _reply, done) => done()
const withPromise: onRequestAsyncHookHandler = async (_request, reply) => await reply.code(401).send()

const everyCheckOption: Required<CheckOptions> = {
  timeout: 100,
  ttl: 5_000,
  interval: 10_000,
  failureThreshold: 3,
  successThreshold: 2,
  failureStatus: 'DEGRADED',
  maxBackoff: 30_000
}

export const right: readonly ManagementOptions[] = [
  {},
  { prefix: '/z' },
  { name: undefined, version: undefined, checks: undefined, showDetails: undefined },
  { name: 'shop', version: '1.2.3', serviceInstanceId: true, logLevel: 'silent' },
  { listen: { port: 9000 } },
  { listen: { port: 0, host: '::' } },
  { listen: { path: '/run/management.sock' } },
  { listen: { path: '/run/management.sock', mode: 0o666, https: { pfx: Buffer.from('') } } },
  { listen: { port: 9443, https: { cert: 'PEM', key: 'PEM', ca: ['PEM'], requestCert: true } } },
  { version: () => '1.2.3' },
  { version: async () => await Promise.resolve('1.2.3'), serviceInstanceId: 'shop-1' },
  { kinds: ['replication'] as const, cascade: ['readiness'] as const },
  { checks: { readiness: { db: () => true, cache: { check: async () => await Promise.resolve() } }, replication: {} } },
  { autoChecks: true },
  { autoChecks: false },
  { autoChecks: 'readiness' },
  { autoChecks: ['health', 'canary'] },
  { autoChecks: undefined },
  { autoChecks: {} },
  { autoChecks: { include: ['postgres'], exclude: ['redis.sessions'], kinds: 'readiness' } },
  { autoChecks: { include: undefined, exclude: undefined, kinds: { db: undefined } } },
  { autoChecks: { kinds: { postgres: ['readiness', 'canary'], redis: 'health' } } },
  { serviceDependencies: { users: 'users', widgets: { url: 'http://widgets', headers: { authorization: 'secret' } } } },
  { checks: { readiness: { db: { check: () => true, ...everyCheckOption } } } },
  { serviceDependencies: { users: { url: 'users', ...everyCheckOption } } },
  { checkDefaults: everyCheckOption },
  { checkDefaults: {} },
  { checkDefaults: undefined },
  { checkDefaults: { failureStatus: undefined } },
  { showComponents: 'always', showDetails: 'never' },
  { showComponents: (request) => request.ip === '127.0.0.1' },
  { showDetails: async () => await Promise.resolve(true) },
  { auth: withCallback },
  { auth: withPromise },
  { auth: [withCallback, withPromise] as const },
  { auth: async (request: FastifyRequest, reply: FastifyReply) => await reply.code(request.is404 ? 404 : 401).send() },
  { endpoints: { info: false, version: false, health: false, links: false } },
  { statusCodes: { DEGRADED: 429 } },
  { info: { team: 'shop' } },
  { info: () => ({ team: 'shop' }) },
  { info: async () => await Promise.resolve({ team: 'shop' }) }
]

export const wrong: readonly ManagementOptions[] = [
  // @ts-expect-error the option does not exist
  { prefx: '/z' },
  // @ts-expect-error a path is a string
  { prefix: 1 },
  // @ts-expect-error undefined would open the endpoints
  { auth: undefined },
  // @ts-expect-error a hook is a function
  { auth: 'secret' },
  // @ts-expect-error a version is a string
  { version: 1 },
  // @ts-expect-error checks are grouped by kind
  { checks: { db: () => true } },
  // @ts-expect-error a check must not return a number
  { checks: { readiness: { db: () => 1 } } },
  // @ts-expect-error the options of a check need a check
  { checks: { readiness: { db: { timeout: 100 } } } },
  // @ts-expect-error a failure cannot be reported as UP
  { checks: { readiness: { db: { check: () => true, failureStatus: 'UP' } } } },
  // @ts-expect-error the option does not exist
  { checks: { readiness: { db: { check: () => true, retries: 3 } } } },
  // @ts-expect-error a time is a number of milliseconds
  { checkDefaults: { interval: '10s' } },
  // @ts-expect-error a kind is a string
  { autoChecks: 1 },
  // @ts-expect-error the option does not exist
  { autoChecks: { only: ['postgres'] } },
  // @ts-expect-error names are in an array
  { autoChecks: { include: 'postgres' } },
  // @ts-expect-error a kind is a string
  { autoChecks: { kinds: { postgres: true } } },
  // @ts-expect-error a failure cannot be reported as UP
  { checkDefaults: { failureStatus: 'UP' } },
  // @ts-expect-error the option does not exist
  { checkDefaults: { timeOut: 100 } },
  // @ts-expect-error checkDefaults has no check
  { checkDefaults: { check: () => true } },
  // @ts-expect-error checkDefaults is an object
  { checkDefaults: 100 },
  // @ts-expect-error a threshold is a number of runs
  { serviceDependencies: { users: { url: 'users', failureThreshold: '3' } } },
  // @ts-expect-error the options of a dependency need a url
  { serviceDependencies: { users: { timeout: 100 } } },
  // @ts-expect-error a header is a string
  { serviceDependencies: { users: { url: 'users', headers: { age: 1 } } } },
  // @ts-expect-error a boolean is not allowed
  { showDetails: true },
  // @ts-expect-error the function returns a boolean
  { showDetails: () => 'always' },
  // @ts-expect-error the probes cannot be turned off
  { endpoints: { liveness: false } },
  // @ts-expect-error the status does not exist
  { statusCodes: { WARN: 429 } },
  // @ts-expect-error the log level does not exist
  { logLevel: 'quiet' },
  // @ts-expect-error listen needs a port
  { listen: { host: '0.0.0.0' } },
  // @ts-expect-error the mode belongs to a socket
  { listen: { mode: 0o666 } },
  // @ts-expect-error the TLS option does not exist
  { listen: { port: 9443, https: { certificate: 'PEM' } } },
  // @ts-expect-error a port is a number
  { listen: { port: '9000' } },
  // @ts-expect-error info is an object or a function
  { info: 'shop' }
]

export const shown: readonly Show[] = ['always', 'never', ({ ip }) => ip === '127.0.0.1']
export const check: readonly CheckOption[] = [() => true, { check: () => true }, { check: () => true, ttl: 5_000 }]
export const dependency: readonly ServiceDependencyOption[] = [
  'users', { url: 'users' }, { url: 'users', interval: 10_000 }
]
export const info: readonly InfoOption[] = [{}, () => ({})]
export const hooks: readonly AuthHook[] = [withCallback, withPromise]
