import t from 'tap'
import { LoopMeter } from '../../lib/checks/loop-meter.js'

await t.test('nothing is measured at once, and a meter that is stopped measures no more', async (t) => {
  const meter = new LoopMeter()
  t.equal(meter.take(), undefined)
  let reading = meter.take()
  while (reading === undefined) {
    await new Promise((resolve) => setImmediate(resolve))
    reading = meter.take()
  }
  t.match(reading, { delayMs: { mean: Number, p99: Number, max: Number }, utilization: Number })
  t.ok(reading.utilization >= 0 && reading.utilization <= 1)
  t.equal(meter.take(), undefined, 'each look begins anew')
  meter.stop()
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 60)
  await new Promise((resolve) => setTimeout(resolve, 1))
  t.equal(meter.take(), undefined)
})
