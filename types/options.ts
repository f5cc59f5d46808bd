import type { FastifyReply, FastifyRequest, onRequestAsyncHookHandler, onRequestHookHandler } from 'fastify'
import type { AuthHook, CheckOption, CheckOptions, Endpoints, InfoOption, ManagementOptions, RouteClass, ServiceDependencyOption, Show } from '../lib/index.js'
import type { Equal, Expect } from './equal.js'

export type Cases = [
  Expect<Equal<RouteClass, 'probe' | 'report'>>,
  Expect<onRequestHookHandler | onRequestAsyncHookHandler extends AuthHook ? true : false>,
  Expect<Equal<keyof Endpoints, 'info' | 'version' | 'health' | 'links'>>,
  Expect<Equal<Partial<ManagementOptions>, ManagementOptions>>,
  Expect<Equal<ManagementOptions['checkDefaults'], CheckOptions | undefined>>,
  Expect<Equal<keyof Exclude<ServiceDependencyOption, string>, keyof CheckOptions | 'url' | 'headers'>>
]

const withCallback: onRequestHookHandler = (_request, _reply, done) => done()
const withPromise: onRequestAsyncHookHandler = async (_request, reply) => await reply.code(401).send()

export const right: readonly ManagementOptions[] = [
  {},
  { prefix: '/z' },
  { name: undefined, version: undefined, checks: undefined, showDetails: undefined },
  { name: 'shop', version: '1.2.3', serviceInstanceId: true, logLevel: 'silent' },
  { listen: { port: 9000 } },
  { listen: { port: 0, host: '::' } },
  { version: () => '1.2.3' },
  { version: async () => await Promise.resolve('1.2.3'), serviceInstanceId: 'shop-1' },
  { kinds: ['replication'] as const, cascade: ['readiness'] as const },
  { checks: { readiness: { db: () => true, cache: { check: async () => await Promise.resolve(), timeout: 100 } }, replication: {} } },
  { autoChecks: true },
  { autoChecks: false },
  { autoChecks: 'readiness' },
  { autoChecks: ['health', 'canary'] },
  { autoChecks: undefined },
  { serviceDependencies: { users: 'users', widgets: { url: 'http://widgets', timeout: 100, headers: { authorization: 'secret' } } } },
  { checks: { readiness: { db: { check: () => true, timeout: 100, ttl: 5_000, interval: 10_000, failureThreshold: 3, successThreshold: 2, failureStatus: 'DEGRADED', maxBackoff: 30_000 } } } },
  { serviceDependencies: { users: { url: 'users', timeout: 100, ttl: 5_000, interval: 10_000, failureThreshold: 3, successThreshold: 2, failureStatus: 'DEGRADED', maxBackoff: 30_000 } } },
  { checkDefaults: { timeout: 100, ttl: 5_000, interval: 10_000, failureThreshold: 3, successThreshold: 2, failureStatus: 'DEGRADED', maxBackoff: 30_000 } },
  { checkDefaults: {} },
  { checkDefaults: undefined },
  { checkDefaults: { failureStatus: undefined } },
  { showComponents: 'always', showDetails: 'never' },
  { showComponents: (request) => request.ip === '127.0.0.1', showDetails: async () => await Promise.resolve(true) },
  { auth: withCallback },
  { auth: withPromise },
  { auth: [withCallback, withPromise] as const },
  { auth: async (request: FastifyRequest, reply: FastifyReply) => { if (request.headers.authorization === undefined) await reply.code(401).send() } },
  { endpoints: { info: false, version: false, health: false, links: false } },
  { statusCodes: { DEGRADED: 429 } },
  { info: { team: 'shop' } },
  { info: () => ({ team: 'shop' }) },
  { info: async () => await Promise.resolve({ team: 'shop' }) }
]

export const wrong: readonly ManagementOptions[] = [
  // @ts-expect-error no such option
  { prefx: '/z' },
  // @ts-expect-error a path is a text
  { prefix: 1 },
  // @ts-expect-error undefined would open what was meant to be closed
  { auth: undefined },
  // @ts-expect-error a hook is a function
  { auth: 'secret' },
  // @ts-expect-error a version is a text
  { version: 1 },
  // @ts-expect-error checks stand under a kind
  { checks: { db: () => true } },
  // @ts-expect-error a check does not return a number
  { checks: { readiness: { db: () => 1 } } },
  // @ts-expect-error options of a check come with a check
  { checks: { readiness: { db: { timeout: 100 } } } },
  // @ts-expect-error a failure is not shown as healthy
  { checks: { readiness: { db: { check: () => true, failureStatus: 'UP' } } } },
  // @ts-expect-error no such option
  { checks: { readiness: { db: { check: () => true, retries: 3 } } } },
  // @ts-expect-error a time is a number of milliseconds
  { checkDefaults: { interval: '10s' } },
  // @ts-expect-error a number is no kind
  { autoChecks: 1 },
  // @ts-expect-error a failure is not shown as healthy
  { checkDefaults: { failureStatus: 'UP' } },
  // @ts-expect-error no such option
  { checkDefaults: { timeOut: 100 } },
  // @ts-expect-error the defaults are of options, not of checks
  { checkDefaults: { check: () => true } },
  // @ts-expect-error the defaults are options
  { checkDefaults: 100 },
  // @ts-expect-error a threshold is a number of runs
  { serviceDependencies: { users: { url: 'users', failureThreshold: '3' } } },
  // @ts-expect-error options of a dependency come with a url
  { serviceDependencies: { users: { timeout: 100 } } },
  // @ts-expect-error a header is a text
  { serviceDependencies: { users: { url: 'users', headers: { age: 1 } } } },
  // @ts-expect-error always, never or a function
  { showDetails: true },
  // @ts-expect-error a function says so with a boolean
  { showDetails: () => 'always' },
  // @ts-expect-error the probes cannot be turned off
  { endpoints: { liveness: false } },
  // @ts-expect-error no such status
  { statusCodes: { WARN: 429 } },
  // @ts-expect-error no such level
  { logLevel: 'quiet' },
  // @ts-expect-error a host has a port
  { listen: { host: '0.0.0.0' } },
  // @ts-expect-error a port is a number
  { listen: { port: '9000' } },
  // @ts-expect-error sections have names
  { info: 'shop' }
]

export const shown: readonly Show[] = ['always', 'never', ({ ip }) => ip === '127.0.0.1']
export const check: readonly CheckOption[] = [() => true, { check: () => true }, { check: () => true, ttl: 5_000 }]
export const dependency: readonly ServiceDependencyOption[] = ['users', { url: 'users' }, { url: 'users', interval: 10_000 }]
export const info: readonly InfoOption[] = [{}, () => ({})]
export const hooks: readonly AuthHook[] = [withCallback, withPromise]
