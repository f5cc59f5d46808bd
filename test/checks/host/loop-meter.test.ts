import { createHistogram } from 'node:perf_hooks'
import t from 'tap'
import { LoopMeter, percentile99 } from '../../../lib/checks/host/loop-meter.js'

await t.test('take() returns undefined at once, and after stop()', async (t) => {
  const meter = new LoopMeter()
  t.equal(meter.take(), undefined)
  let reading = meter.take()
  while (reading === undefined) {
    await new Promise((resolve) => setImmediate(resolve))
    reading = meter.take()
  }
  t.match(reading, { delayMs: { mean: Number, p99: Number, max: Number }, utilization: Number })
  t.ok(reading.utilization >= 0 && reading.utilization <= 1)
  t.equal(meter.take(), undefined, 'take() resets the measurements')
  meter.stop()
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 60)
  await new Promise((resolve) => setTimeout(resolve, 1))
  t.equal(meter.take(), undefined)
})

/** Simulates the records of a timer with an interval of 20 ms during some blocks within a total time. */
function histogramOf (totalMs: number, blocksMs: readonly number[]) {
  const histogram = createHistogram()
  const onTime = (totalMs - blocksMs.reduce((sum, ms) => sum + ms, 0)) / 20
  for (let recorded = 0; recorded < onTime; recorded++) histogram.record(20_000_000)
  for (const ms of blocksMs) histogram.record(ms * 1e6)
  return histogram
}

await t.test('percentile99() weights each block by its duration', (t) => {
  const cases: readonly [number, readonly number[], number][] = [
    [5_000, [], 20],
    [5_000, [2_700], 2_700],
    [5_000, [40], 20],
    [5_000, [60], 60],
    [100_000, [980], 20],
    [100_000, [980, 60], 60],
    [100_000, [600, 500, 400], 500],
    [3_000, [3_000], 3_000]
  ]
  for (const [totalMs, blocksMs, expected] of cases) {
    const histogram = histogramOf(totalMs, blocksMs)
    // The histogram stores each record with a precision of about a thousandth.
    t.ok(Math.abs(percentile99(histogram) / 1e6 / expected - 1) < 0.002, `${blocksMs.join(', ')} of ${totalMs}`)
  }
  t.end()
})
