import type { FastifyBaseLogger } from 'fastify'
import type { BuiltInKind, CheckContext, CheckFunction, CheckOptions, CheckResult, Component, ComponentStatus, Kind, Status } from '../lib/index.js'
import type { Equal, Expect } from './equal.js'

export type Cases = [
  Expect<Equal<Status, 'DOWN' | 'OUT_OF_SERVICE' | 'DEGRADED' | 'UP'>>,
  Expect<Equal<ComponentStatus, Status | 'UNKNOWN'>>,
  Expect<Equal<BuiltInKind, 'liveness' | 'readiness' | 'startup' | 'health'>>,
  Expect<Equal<CheckContext['signal'], AbortSignal>>,
  Expect<Equal<CheckContext['log'], FastifyBaseLogger>>,
  Expect<Equal<ReturnType<CheckFunction>, CheckResult | Promise<CheckResult>>>,
  Expect<Equal<Component['status'], ComponentStatus>>
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

export const options: readonly CheckOptions[] = [{}, { timeout: 100 }, { timeout: undefined }]

export const wrongOptions: readonly CheckOptions[] = [
  // @ts-expect-error a time is a number of milliseconds
  { timeout: '100ms' },
  // @ts-expect-error no such option
  { timeOut: 100 }
]
