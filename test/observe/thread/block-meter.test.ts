import t from 'tap'
import { LoopBlockMeter } from '../../../lib/observe/thread/block-meter.js'
import { block } from '../../support/clock.js'

await t.test('take() returns the longest block since the last call, and 0 without a block', async (t) => {
  const meter = new LoopBlockMeter()
  t.teardown(() => meter.stop())
  t.equal(meter.take(), 0)
  await new Promise((resolve) => setTimeout(resolve, 250))
  block(600)
  await new Promise((resolve) => setTimeout(resolve, 150))
  t.ok(meter.take() >= 550, 'the block began in the interval before')
  t.equal(meter.take(), 0)
})
