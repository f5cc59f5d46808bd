import { subscribe, tracingChannel } from 'node:diagnostics_channel'
import type { FastifyBaseLogger, FastifyInstance } from 'fastify'
import type {
  BuiltInKind,
  CheckContext,
  CheckFunction,
  CheckOptions,
  CheckResult,
  CheckRunMessage,
  Component,
  ComponentStatus,
  FailureStatus,
  FailureStatusByKind,
  Kind,
  Status,
  StatusChangeMessage
} from '../lib/index.js'
import { serviceDependency } from '../lib/checks/index.js'
import type { ServiceDependencyCheckOptions } from '../lib/checks/index.js'
import type { Equal, Expect } from './equal.js'

export type Cases = [
  Expect<Equal<Status, 'DOWN' | 'OUT_OF_SERVICE' | 'DEGRADED' | 'UP'>>,
  Expect<Equal<ComponentStatus, Status | 'UNKNOWN'>>,
  Expect<Equal<BuiltInKind, 'liveness' | 'readiness' | 'startup' | 'health'>>,
  Expect<Equal<CheckContext['signal'], AbortSignal>>,
  Expect<Equal<CheckContext['timeout'], number>>,
  Expect<Equal<CheckContext['log'], FastifyBaseLogger>>,
  Expect<Equal<ReturnType<CheckFunction>, CheckResult | PromiseLike<CheckResult>>>,
  Expect<Equal<Component['status'], ComponentStatus>>,
  Expect<Equal<FailureStatus, 'DOWN' | 'OUT_OF_SERVICE' | 'DEGRADED'>>,
  Expect<Equal<
    keyof CheckOptions,
    'timeout' | 'ttl' | 'interval' | 'failureThreshold' | 'successThreshold' | 'failureStatus' | 'maxBackoff'
  >>,
  Expect<Equal<Partial<CheckOptions>, CheckOptions>>,
  Expect<Equal<CheckOptions['failureStatus'], FailureStatus | FailureStatusByKind | undefined>>,
  Expect<Equal<CheckOptions[Exclude<keyof CheckOptions, 'failureStatus'>], number | undefined>>,
  Expect<Equal<
    keyof CheckRunMessage,
    'fastify' | 'check' | 'kinds' | 'attempt' | 'abandoned' | 'result' | 'durationMs' | 'err' | 'error'
  >>,
  Expect<Equal<CheckRunMessage['fastify'], FastifyInstance>>,
  Expect<Equal<CheckRunMessage['kinds'], readonly Kind[]>>,
  Expect<Equal<CheckRunMessage['check'], string>>,
  Expect<Equal<CheckRunMessage['attempt' | 'abandoned'], number>>,
  Expect<Equal<CheckRunMessage['durationMs'], number | undefined>>,
  Expect<Equal<CheckRunMessage['result'], Component | undefined>>,
  Expect<Equal<CheckRunMessage['error'], unknown>>,
  Expect<Equal<
    keyof StatusChangeMessage,
    'fastify' | 'check' | 'kinds' | 'from' | 'to' | 'error' | 'durationMs' | 'err'
  >>,
  Expect<Equal<StatusChangeMessage['fastify'], FastifyInstance>>,
  Expect<Equal<StatusChangeMessage['kinds'], readonly Kind[]>>,
  Expect<Equal<StatusChangeMessage['check'], string>>,
  Expect<Equal<StatusChangeMessage['from'], ComponentStatus>>,
  Expect<Equal<StatusChangeMessage['to'], ComponentStatus>>,
  Expect<Equal<StatusChangeMessage['error'], unknown>>,
  Expect<Equal<StatusChangeMessage['durationMs'], number | undefined>>
]

const db: Component = {
  status: 'UNKNOWN',
  time: '2020-01-01T00:00:00Z',
  durationMs: 1,
  details: { rows: 1 },
  components: {}
}

/** Results that a check may return, at once or later. */
export const right: readonly CheckFunction[] = [
  () => undefined,
  () => true,
  () => false,
  () => ({ status: 'UP' }),
  () => ({ status: 'DEGRADED', details: { replicas: 1 } }),
  () => ({ status: 'OUT_OF_SERVICE', components: { db } }),
  async () => await Promise.resolve(),
  async () => await Promise.resolve(true),
  async () => await Promise.resolve({ status: 'DOWN', details: { error: new Error('no') } }),
  async ({ signal }) => { await fetch('http://127.0.0.1', { signal }) },
  ({ log }) => log.info('checked'),
  () => { throw new Error('no') }
]

/** Functions that do not compile as checks. */
export const wrong: readonly CheckFunction[] = [
  // @ts-expect-error a number is not a result
  () => 1,
  // @ts-expect-error a string is not a result
  () => 'UP',
  // @ts-expect-error null is not a result
  () => null,
  // @ts-expect-error an object without a status is not a result
  () => ({ rows: [] }),
  // @ts-expect-error the rows of a query are not a result
  async () => await Promise.resolve([{ id: 1 }]),
  // @ts-expect-error a response is not a result
  async () => await fetch('http://127.0.0.1'),
  // @ts-expect-error a status is in capitals
  () => ({ status: 'up' }),
  // @ts-expect-error a check cannot return UNKNOWN
  () => ({ status: 'UNKNOWN' }),
  // @ts-expect-error details are an object
  () => ({ status: 'UP', details: 'fine' }),
  // @ts-expect-error a component needs a status
  () => ({ status: 'UP', components: { db: {} } }),
  // @ts-expect-error a check gets no callback
  (_context: CheckContext, _done: () => void) => true,
  // @ts-expect-error the context is not the app
  ({ server }) => server === undefined
]

export const kinds: readonly Kind[] = ['liveness', 'readiness', 'startup', 'health', 'a-custom-kind']

// @ts-expect-error a kind is a string
export const kind: Kind = 1

export const options: readonly CheckOptions[] = [
  {},
  { timeout: 100 },
  { timeout: undefined },
  { timeout: 100, ttl: 5_000, maxBackoff: 30_000 },
  { interval: 10_000, failureThreshold: 3, successThreshold: 2 },
  { failureStatus: 'DEGRADED' },
  { failureStatus: 'OUT_OF_SERVICE' },
  { failureStatus: 'DOWN' },
  { failureStatus: { readiness: 'DEGRADED' } },
  { failureStatus: { readiness: undefined, canary: 'OUT_OF_SERVICE' } },
  {
    timeout: undefined,
    ttl: undefined,
    interval: undefined,
    failureThreshold: undefined,
    successThreshold: undefined,
    failureStatus: undefined,
    maxBackoff: undefined
  }
]

export const wrongOptions: readonly CheckOptions[] = [
  // @ts-expect-error a time is a number of milliseconds
  { timeout: '100ms' },
  // @ts-expect-error unknown option
  { timeOut: 100 },
  // @ts-expect-error a time is a number: 0 means no caching
  { ttl: false },
  // @ts-expect-error a time is a number of milliseconds
  { interval: '10s' },
  // @ts-expect-error a threshold is a number of runs
  { failureThreshold: '3' },
  // @ts-expect-error a threshold is a number of runs
  { successThreshold: true },
  // @ts-expect-error a failure cannot be reported as UP
  { failureStatus: 'UP' },
  // @ts-expect-error a failure cannot be reported as UNKNOWN
  { failureStatus: 'UNKNOWN' },
  // @ts-expect-error a failure cannot be reported as UP for a kind either
  { failureStatus: { readiness: 'UP' } },
  // @ts-expect-error nor for a custom kind
  { failureStatus: { canary: 'UP' } },
  // @ts-expect-error the back-off always has a limit
  { maxBackoff: null }
]

// @ts-expect-error UP is not a failure status
export const failureStatus: FailureStatus = 'UP'

/** Subscribes to the runs and to the status changes. */
export function watch ({ log }: FastifyInstance): void {
  tracingChannel<unknown, CheckRunMessage>('fastify-management-endpoints:check').subscribe({
    start: ({ check, kinds, attempt, abandoned }) => log.info({ check, kinds, attempt, abandoned }),
    end: () => undefined,
    asyncStart: () => undefined,
    asyncEnd: ({ check, result, durationMs }) => {
      log.info(`${check} ${result?.status ?? 'cancelled'} ${durationMs ?? 0}`)
    },
    error: ({ error }) => log.info({ error })
  })
  subscribe('fastify-management-endpoints:status', (message) => {
    const { check, from, to, error } = message as StatusChangeMessage
    log.info({ error }, `${check}: ${from} ${to}`)
  })
}

export function readWrongly (run: CheckRunMessage, change: StatusChangeMessage): void {
  // @ts-expect-error a run has a result only at its end, and a cancelled run has no result
  run.result.status satisfies ComponentStatus
  // @ts-expect-error a run has a duration only at its end
  run.durationMs satisfies number
  // @ts-expect-error the property fastify is read-only
  run.fastify = change.fastify
  // @ts-expect-error the kinds are read-only
  run.kinds[0] = 'readiness'
  // @ts-expect-error a change of the lifecycle has no duration
  change.durationMs satisfies number
  // @ts-expect-error the status before the first result is UNKNOWN
  change.from satisfies Status
  // @ts-expect-error the status after the removal of a check is UNKNOWN
  change.to satisfies Status
  // @ts-expect-error the message is read-only
  change.to = 'UP'
}

export const dependencyOptions: readonly ServiceDependencyCheckOptions[] = [
  {},
  { headers: undefined },
  { headers: { 'x-tenant': 'a' } }
]

export const dependencyChecks: readonly CheckFunction[] = [
  serviceDependency('https://users/z/health'),
  serviceDependency(new URL('https://users/z/health'), { headers: { 'x-tenant': 'a' } }),
  // @ts-expect-error headers are an option
  serviceDependency('https://users/z/health', { 'x-tenant': 'a' })
]
