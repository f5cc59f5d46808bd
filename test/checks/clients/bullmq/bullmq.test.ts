import { EventEmitter } from 'node:events'
import t from 'tap'
import { bullmq } from '../../../../lib/checks/clients/bullmq/bullmq.js'
import type { BullmqOptions } from '../../../../lib/checks/clients/bullmq/bullmq.js'
import { run } from '../../../support/check.js'
import { RecordingLog } from '../../../support/log.js'

/** A queue with the methods of BullMQ 6 that the check calls. */
class QueueDouble extends EventEmitter {
  readonly name = 'mail'
  closing: Promise<void> | undefined
  counts: Record<string, number> = { waiting: 2, prioritized: 1, active: 1, delayed: 4, failed: 5, completed: 9 }
  paused = false
  requests = 0
  answer = async (): Promise<Record<string, number>> => await Promise.resolve(this.counts)

  async getJobCounts (): Promise<Record<string, number>> {
    this.requests += 1
    return await this.answer()
  }

  async isPaused (): Promise<boolean> {
    return await Promise.resolve(this.paused)
  }

  waitUntilReady (): undefined { return undefined }
  add (): undefined { return undefined }
}

const BRIEFLY = { signal: new AbortController().signal, timeout: 20, log: new RecordingLog() }

await t.test('bullmq() is UP with the counts of the queue', async (t) => {
  const queue = new QueueDouble()
  for (const source of [queue, () => queue]) {
    const { status, details } = await run(bullmq(source))
    t.equal(status, 'UP')
    const counts = { waiting: 3, active: 1, delayed: 4, failed: 5 }
    t.match(details, { queue: 'mail', counts, paused: false, latencyMs: Number })
  }
  queue.counts = { paused: 7 }
  queue.paused = true
  const counts = { waiting: 7, active: 0, delayed: 0, failed: 0 }
  t.match(await run(bullmq(queue)), { status: 'UP', details: { counts, paused: true } }, 'paused jobs of BullMQ 5')
})

await t.test('bullmq() has the status whenExceeded when a limit is exceeded, and is UP at the limit', async (t) => {
  const queue = new QueueDouble()
  const cases: readonly (readonly [BullmqOptions, string, string | undefined])[] = [
    [{ maxWaiting: 3, maxFailed: 5 }, 'UP', undefined],
    [{ maxWaiting: 2 }, 'DEGRADED', '3 jobs are waiting, expected at most 2'],
    [{ maxFailed: 0 }, 'DEGRADED', '5 jobs are failed, expected at most 0'],
    [
      { maxWaiting: 0, maxFailed: 4, whenExceeded: 'OUT_OF_SERVICE' }, 'OUT_OF_SERVICE',
      '3 jobs are waiting, expected at most 0; 5 jobs are failed, expected at most 4'
    ]
  ]
  for (const [options, status, error] of cases) {
    const { status: actual, details } = await run(bullmq(queue, options))
    t.match([actual, details], [status, { error, counts: { failed: 5 } }])
  }
})

await t.test('bullmq() is DOWN with the last error of the connection when Redis does not answer', async (t) => {
  const queue = new QueueDouble()
  queue.on('error', () => undefined)
  const check = bullmq(queue)
  let answer = (_counts: Record<string, number>): void => undefined
  queue.answer = async () => await new Promise((resolve) => { answer = resolve })
  t.match(await check(BRIEFLY), { status: 'DOWN', details: { error: 'no answer within 18 ms' } })
  queue.emit('error', new Error('connect ECONNREFUSED 127.0.0.1:6379'))
  const error = 'no answer within 18 ms: connect ECONNREFUSED 127.0.0.1:6379'
  t.match(await check(BRIEFLY), { status: 'DOWN', details: { error } })
  t.equal(queue.requests, 1, 'no second request while the first is unanswered')
  answer({})
  queue.answer = async () => await Promise.resolve({})
  t.match(await run(check), { status: 'UP' })
  queue.answer = async () => await new Promise(() => undefined)
  t.match(await check(BRIEFLY), { details: { error: 'no answer within 18 ms' } }, 'the old error is forgotten')
})

await t.test('bullmq() is DOWN with the error of a request that fails', async (t) => {
  const queue = new QueueDouble()
  queue.answer = async () => await Promise.reject(new Error('NOPERM this user has no permissions'))
  t.match(await run(bullmq(queue)), { status: 'DOWN', details: { error: 'NOPERM this user has no permissions' } })
})

await t.test('bullmq() is DOWN when the queue is closed', async (t) => {
  const queue = new QueueDouble()
  queue.closing = Promise.resolve()
  t.match(await run(bullmq(queue)), { status: 'DOWN', details: { error: 'the queue is closed', queue: 'mail' } })
  t.equal(queue.requests, 0)
})

await t.test('bullmq() hears the errors of a queue without becoming its error listener', (t) => {
  const queue = new QueueDouble()
  bullmq(queue)
  t.equal(queue.listenerCount('error'), 0)
  t.end()
})

await t.test('bullmq() throws when its queue or an option is invalid', (t) => {
  for (const wrong of [undefined, null, 'mail', {}, { getJobCounts: () => 0 }]) {
    t.throws(() => bullmq(wrong as never), {
      code: 'FST_MANAGEMENT_CLIENT_INVALID',
      message: /^the check bullmq\(\) must be given a Queue of BullMQ, or a function that returns one, got /
    })
  }
  const cases = [
    [{ maxWaiting: -1 }, /^option "bullmq\.maxWaiting" must be a whole number of jobs from 0/],
    [{ maxFailed: '5' }, /^option "bullmq\.maxFailed" must be a whole number of jobs from 0/],
    [{ whenExceeded: 'UP' }, /^option "bullmq\.whenExceeded" must be one of DOWN, OUT_OF_SERVICE, DEGRADED/],
    [{ maxWait: 5 }, /^unknown option "bullmq\(queue\)\.maxWait" \(did you mean "maxWaiting"\?\)/]
  ] as const
  for (const [options, message] of cases) {
    t.throws(() => bullmq(new QueueDouble(), options as never), { code: 'FST_MANAGEMENT_OPTION_INVALID', message })
  }
  t.end()
})
