import { errorMonitor } from 'node:events'
import { reasonOf } from '../../../base/describe.js'
import { integer, withDefault } from '../../../base/rules.js'
import { hasMethods } from '../../../base/type-guards.js'
import type { CheckFunction } from '../../../health/check/check-function.js'
import type { FailureStatus } from '../../../health/check/options.js'
import { readyMadeOptions } from '../../kit/ready-made-options.js'
import { readyMade } from '../../kit/ready-made.js'
import { CheckFailure, timed } from '../../kit/result.js'
import { failureStatus } from '../../kit/rules.js'
import { clientFrom } from '../client-source.js'
import type { ClientSource } from '../client-source.js'
import { PerClient } from '../per-client.js'
import { SharedRequest } from '../../kit/shared-request.js'
import { BULLMQ_MISTAKES } from './bullmq-mistakes.js'

/**
 * The parts of a BullMQ `Queue` that the check uses.
 *
 * @see `docs/ready-made-checks.md#bullmq`
 */
export interface BullmqQueue {
  readonly name: string
  /** Set when the app closes the queue. */
  readonly closing?: PromiseLike<unknown> | undefined
  getJobCounts (...types: readonly never[]): Promise<Readonly<Record<string, number>>>
  isPaused (): Promise<boolean>
  on (event: never, listener: (error: Error) => void): unknown
}

/**
 * The options of `bullmq()`.
 *
 * @see `docs/ready-made-checks.md#bullmq`
 */
export interface BullmqOptions {
  /**
   * The largest number of jobs that may wait for a worker, prioritized jobs included, from 0.
   *
   * @default no limit
   * @example { maxWaiting: 1_000 }
   * @see `docs/ready-made-checks.md#bullmq`
   */
  readonly maxWaiting?: number | undefined
  /**
   * The largest number of failed jobs that the queue may keep, from 0.
   *
   * @default no limit
   * @example { maxFailed: 100 }
   * @see `docs/ready-made-checks.md#bullmq`
   */
  readonly maxFailed?: number | undefined
  /**
   * The status while a limit is exceeded.
   *
   * @default 'DEGRADED'
   * @example { maxWaiting: 1_000, whenExceeded: 'OUT_OF_SERVICE' }
   * @see `docs/ready-made-checks.md#bullmq`
   */
  readonly whenExceeded?: FailureStatus | undefined
}

interface BullmqSettings {
  readonly maxWaiting: number | undefined
  readonly maxFailed: number | undefined
  readonly whenExceeded: FailureStatus
}

const count = integer(0, Number.MAX_SAFE_INTEGER, ' of jobs')

const readOptions = readyMadeOptions<BullmqSettings>('queue', {
  maxWaiting: withDefault(count, undefined),
  maxFailed: withDefault(count, undefined),
  whenExceeded: failureStatus('DEGRADED')
})

const CLIENT_TYPE = {
  check: 'bullmq',
  description: 'a Queue of BullMQ, or a function that returns one',
  is: isBullmqQueue,
  mistakes: BULLMQ_MISTAKES
}

/** A queue as the check watches it. */
class QueueState {
  /** The last error of the connection to Redis, until a request succeeds. */
  error: Error | undefined

  /** Uses `errorMonitor`, which is not counted as an `error` listener: BullMQ prints errors that have none. */
  constructor (queue: BullmqQueue) {
    queue.on(errorMonitor as never, (error) => { this.error = error })
  }
}

/**
 * Makes a check that counts the jobs of a queue in Redis, on the queue's own connection.
 *
 * @param queue a `Queue` of BullMQ, or a function that returns it
 * @throws FST_MANAGEMENT_CLIENT_INVALID, FST_MANAGEMENT_OPTION_INVALID
 * @example fastify.management.addCheck('health', 'mail-queue', bullmq(queue, { maxWaiting: 1_000 }))
 * @see `docs/ready-made-checks.md#bullmq`
 */
export function bullmq (queue: ClientSource<BullmqQueue>, options: BullmqOptions = {}): CheckFunction {
  const current = clientFrom(queue, CLIENT_TYPE)
  const settings = readOptions(options, 'bullmq')
  const states = new PerClient((queue: BullmqQueue) => new QueueState(queue))
  const request = new SharedRequest(async (queue: BullmqQueue) => await timed(async () => await countsOf(queue)))
  // Listens from now on: the queue reports each failure of its connection once.
  if (typeof queue !== 'function') states.of(current())
  return readyMade(async ({ limit, details }) => {
    const queue = current()
    const state = states.of(queue)
    details['queue'] = queue.name
    if (queue.closing !== undefined) throw new Error('the queue is closed')
    const cause = (): string => state.error === undefined ? '' : `: ${reasonOf(state.error)}`
    const { result, latencyMs } = await request.send(queue, limit, () => `no answer within ${limit.ms} ms${cause()}`)
    state.error = undefined
    Object.assign(details, result, { latencyMs })
    assertWithinLimits(result, settings)
  })
}

/** The number of jobs by state, and whether the app has paused the queue. */
interface QueueCounts {
  readonly counts: Readonly<Record<'waiting' | 'active' | 'delayed' | 'failed', number>>
  readonly paused: boolean
}

/** BullMQ 5 keeps the waiting jobs of a paused queue in another list. */
async function countsOf (queue: BullmqQueue): Promise<QueueCounts> {
  const [paused, counts] = await Promise.all([queue.isPaused(), queue.getJobCounts()])
  const of = (...states: readonly string[]): number => states.reduce((sum, state) => sum + (counts[state] ?? 0), 0)
  const waiting = of('waiting', 'paused', 'prioritized')
  return { counts: { waiting, active: of('active'), delayed: of('delayed'), failed: of('failed') }, paused }
}

function assertWithinLimits ({ counts }: QueueCounts, { maxWaiting, maxFailed, whenExceeded }: BullmqSettings): void {
  const problems = [['waiting', maxWaiting], ['failed', maxFailed]] as const
  const messages = problems.flatMap(([state, max = Infinity]) =>
    counts[state] > max ? [`${counts[state]} jobs are ${state}, expected at most ${max}`] : [])
  if (messages.length > 0) throw new CheckFailure(whenExceeded, messages.join('; '))
}

/** Whether `bullmq` accepts a value as its queue. */
export function isBullmqQueue (value: unknown): value is BullmqQueue {
  // A queue of Bull has a method `process`.
  return hasMethods(value, 'getJobCounts', 'isPaused', 'waitUntilReady', 'add', 'on') && !hasMethods(value, 'process')
}
