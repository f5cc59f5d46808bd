import { subscribe, tracingChannel } from 'node:diagnostics_channel'
import type { FastifyBaseLogger, FastifyInstance } from 'fastify'
import type { BuiltInKind, CheckContext, CheckFunction, CheckOptions, CheckResult, CheckRunMessage, Component, ComponentStatus, FailureStatus, Kind, Status, StatusChangeMessage } from '../lib/index.js'
import type { Equal, Expect } from './equal.js'

export type Cases = [
  Expect<Equal<Status, 'DOWN' | 'OUT_OF_SERVICE' | 'DEGRADED' | 'UP'>>,
  Expect<Equal<ComponentStatus, Status | 'UNKNOWN'>>,
  Expect<Equal<BuiltInKind, 'liveness' | 'readiness' | 'startup' | 'health'>>,
  Expect<Equal<CheckContext['signal'], AbortSignal>>,
  Expect<Equal<CheckContext['timeout'], number>>,
  Expect<Equal<CheckContext['log'], FastifyBaseLogger>>,
  Expect<Equal<ReturnType<CheckFunction>, CheckResult | Promise<CheckResult>>>,
  Expect<Equal<Component['status'], ComponentStatus>>,
  Expect<Equal<FailureStatus, 'DOWN' | 'OUT_OF_SERVICE' | 'DEGRADED'>>,
  Expect<Equal<keyof CheckOptions, 'timeout' | 'ttl' | 'interval' | 'failureThreshold' | 'successThreshold' | 'failureStatus' | 'maxBackoff'>>,
  Expect<Equal<Partial<CheckOptions>, CheckOptions>>,
  Expect<Equal<CheckOptions['failureStatus'], FailureStatus | undefined>>,
  Expect<Equal<CheckOptions[Exclude<keyof CheckOptions, 'failureStatus'>], number | undefined>>,
  Expect<Equal<keyof CheckRunMessage, 'fastify' | 'check' | 'kinds' | 'attempt' | 'abandoned' | 'result' | 'durationMs' | 'error'>>,
  Expect<Equal<CheckRunMessage['fastify'], FastifyInstance>>,
  Expect<Equal<CheckRunMessage['kinds'], readonly Kind[]>>,
  Expect<Equal<CheckRunMessage['check'], string>>,
  Expect<Equal<CheckRunMessage['attempt' | 'abandoned'], number>>,
  Expect<Equal<CheckRunMessage['durationMs'], number | undefined>>,
  Expect<Equal<CheckRunMessage['result'], Component | undefined>>,
  Expect<Equal<CheckRunMessage['error'], unknown>>,
  Expect<Equal<keyof StatusChangeMessage, 'fastify' | 'check' | 'kinds' | 'from' | 'to' | 'error' | 'durationMs'>>,
  Expect<Equal<StatusChangeMessage['fastify'], FastifyInstance>>,
  Expect<Equal<StatusChangeMessage['kinds'], readonly Kind[]>>,
  Expect<Equal<StatusChangeMessage['check'], string>>,
  Expect<Equal<StatusChangeMessage['from'], ComponentStatus>>,
  Expect<Equal<StatusChangeMessage['to'], ComponentStatus>>,
  Expect<Equal<StatusChangeMessage['error'], unknown>>,
  Expect<Equal<StatusChangeMessage['durationMs'], number | undefined>>
]

const db: Component = { status: 'UNKNOWN', time: '2020-01-01T00:00:00Z', durationMs: 1, details: { rows: 1 }, components: {} }

/** What a check may give back, at once or later. */
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
  ({ log }) => log.info('asked'),
  () => { throw new Error('no') }
]

/** What it may not. */
export const wrong: readonly CheckFunction[] = [
  // @ts-expect-error a number says nothing of health
  () => 1,
  // @ts-expect-error nor does a text
  () => 'UP',
  // @ts-expect-error nor does null
  () => null,
  // @ts-expect-error nor does an object without a status
  () => ({ rows: [] }),
  // @ts-expect-error a query's result is not a result
  async () => await Promise.resolve([{ id: 1 }]),
  // @ts-expect-error nor is a response
  async () => await fetch('http://127.0.0.1'),
  // @ts-expect-error a status is written in capitals
  () => ({ status: 'up' }),
  // @ts-expect-error a check that has run knows its status
  () => ({ status: 'UNKNOWN' }),
  // @ts-expect-error details are a record
  () => ({ status: 'UP', details: 'fine' }),
  // @ts-expect-error a component has a status
  () => ({ status: 'UP', components: { db: {} } }),
  // @ts-expect-error there is no callback
  (_context: CheckContext, _done: () => void) => true,
  // @ts-expect-error the context is not the app
  ({ server }) => server === undefined
]

export const kinds: readonly Kind[] = ['liveness', 'readiness', 'startup', 'health', 'a-custom-one']

// @ts-expect-error a kind is a name
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
  { timeout: undefined, ttl: undefined, interval: undefined, failureThreshold: undefined, successThreshold: undefined, failureStatus: undefined, maxBackoff: undefined }
]

export const wrongOptions: readonly CheckOptions[] = [
  // @ts-expect-error a time is a number of milliseconds
  { timeout: '100ms' },
  // @ts-expect-error no such option
  { timeOut: 100 },
  // @ts-expect-error no time is a time of 0
  { ttl: false },
  // @ts-expect-error a time is a number of milliseconds
  { interval: '10s' },
  // @ts-expect-error a threshold is a number of runs
  { failureThreshold: '3' },
  // @ts-expect-error a threshold is a number of runs
  { successThreshold: true },
  // @ts-expect-error a failure is not shown as healthy
  { failureStatus: 'UP' },
  // @ts-expect-error a check that has run knows its status
  { failureStatus: 'UNKNOWN' },
  // @ts-expect-error without an end is not to be had
  { maxBackoff: null }
]

// @ts-expect-error UP is no failure
export const failureStatus: FailureStatus = 'UP'

/** A subscriber of the runs, and one of the changes. */
export function watch ({ log }: FastifyInstance): void {
  tracingChannel<unknown, CheckRunMessage>('fastify-management-endpoints:check').subscribe({
    start: ({ check, kinds, attempt, abandoned }) => log.info({ check, kinds, attempt, abandoned }),
    end: () => undefined,
    asyncStart: () => undefined,
    asyncEnd: ({ check, result, durationMs }) => log.info(`${check} ${result?.status ?? 'cancelled'} ${durationMs ?? 0}`),
    error: ({ error }) => log.info({ error })
  })
  subscribe('fastify-management-endpoints:status', (message) => {
    const { check, from, to, error } = message as StatusChangeMessage
    log.info({ error }, `${check}: ${from} ${to}`)
  })
}

export function readWrongly (run: CheckRunMessage, change: StatusChangeMessage): void {
  // @ts-expect-error there is a result at the end only, and none of a run that was cancelled
  run.result.status satisfies ComponentStatus
  // @ts-expect-error nor is there a duration before
  run.durationMs satisfies number
  // @ts-expect-error whose check it is, is not to be changed
  run.fastify = change.fastify
  // @ts-expect-error nor are its kinds
  run.kinds[0] = 'readiness'
  // @ts-expect-error no run has changed the app's own state
  change.durationMs satisfies number
  // @ts-expect-error before its first result nothing is known of a check
  change.from satisfies Status
  // @ts-expect-error nor is it once the check has been removed
  change.to satisfies Status
  // @ts-expect-error what has changed is not to be changed
  change.to = 'UP'
}
