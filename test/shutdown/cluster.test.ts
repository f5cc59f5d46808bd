import { EventEmitter } from 'node:events'
import type { Worker } from 'node:cluster'
import t from 'tap'
import { leaveCluster } from '../../lib/shutdown/cluster.js'
import { ManualClock } from '../support/clock.js'

/** A worker that counts calls of `disconnect()`. The test emits the `disconnect` event of the primary. */
class FakeWorker extends EventEmitter {
  disconnects = 0

  disconnect (): void {
    this.disconnects += 1
  }
}

function leave (worker: FakeWorker, clock: ManualClock): () => boolean {
  let hasLeft = false
  void leaveCluster(worker as unknown as Worker, clock).then(() => { hasLeft = true })
  return () => hasLeft
}

await t.test('leaveCluster() resolves when the primary has disconnected the worker', async (t) => {
  const [worker, clock] = [new FakeWorker(), new ManualClock()]
  const hasLeft = leave(worker, clock)
  await clock.pass(999)
  t.same([worker.disconnects, hasLeft()], [1, false])
  worker.emit('disconnect')
  await clock.pass(0)
  t.equal(hasLeft(), true)
  t.equal(clock.waiting, 0)
})

await t.test('leaveCluster() resolves after one second if the primary does not respond', async (t) => {
  const [worker, clock] = [new FakeWorker(), new ManualClock()]
  const hasLeft = leave(worker, clock)
  await clock.pass(1_000)
  t.equal(hasLeft(), true)
})

await t.test('leaveCluster() ignores the error of a worker whose primary has exited', async (t) => {
  const [worker, clock] = [new FakeWorker(), new ManualClock()]
  const hasLeft = leave(worker, clock)
  t.doesNotThrow(() => worker.emit('error', new Error('write EPIPE')))
  await clock.pass(1_000)
  t.equal(hasLeft(), true)
})

await t.test('leaveCluster() resolves at once when the process is not a worker', async (t) => {
  await t.resolves(leaveCluster(undefined, new ManualClock()))
})
