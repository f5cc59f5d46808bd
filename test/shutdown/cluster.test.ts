import { EventEmitter } from 'node:events'
import type { Worker } from 'node:cluster'
import t from 'tap'
import { leaveCluster } from '../../lib/shutdown/cluster.js'
import { ManualClock } from '../support/clock.js'

/** A worker whose primary lets it go when the test says so. */
class FakeWorker extends EventEmitter {
  asked = 0

  disconnect (): void {
    this.asked += 1
  }
}

function leave (worker: FakeWorker, clock: ManualClock): () => boolean {
  let isOver = false
  void leaveCluster(worker as unknown as Worker, clock).then(() => { isOver = true })
  return () => isOver
}

await t.test('a worker has parted once its primary lets it go', async (t) => {
  const [worker, clock] = [new FakeWorker(), new ManualClock()]
  const isOver = leave(worker, clock)
  await clock.pass(999)
  t.same([worker.asked, isOver()], [1, false])
  worker.emit('disconnect')
  await clock.pass(0)
  t.equal(isOver(), true)
  t.equal(clock.waiting, 0)
})

await t.test('a primary that does not answer is waited for no longer than a second', async (t) => {
  const [worker, clock] = [new FakeWorker(), new ManualClock()]
  const isOver = leave(worker, clock)
  await clock.pass(1_000)
  t.equal(isOver(), true)
})

await t.test('a primary that is gone is no failure', async (t) => {
  const [worker, clock] = [new FakeWorker(), new ManualClock()]
  const isOver = leave(worker, clock)
  t.doesNotThrow(() => worker.emit('error', new Error('write EPIPE')))
  await clock.pass(1_000)
  t.equal(isOver(), true)
})

await t.test('what is no worker has nobody to part from', async (t) => {
  await t.resolves(leaveCluster(undefined, new ManualClock()))
})
