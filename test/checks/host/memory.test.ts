import t from 'tap'
import type { CgroupMemory } from '../../../lib/checks/host/cgroup.js'
import { memory, memoryWith } from '../../../lib/checks/host/memory.js'
import type { MemoryOptions } from '../../../lib/checks/host/memory.js'
import type { RunResult } from '../../../lib/health/check/result.js'
import { run } from '../../support/check.js'

const USE = { heapUsedBytes: 600, heapLimitBytes: 1_000, rssBytes: 2_000 }

async function runWith (options: MemoryOptions, group?: CgroupMemory): Promise<RunResult> {
  return await run(memoryWith({ use: () => USE, group: async () => await Promise.resolve(group) }, options))
}

await t.test('memory() is DOWN when the heap is over its limit, and UP at its limit', async (t) => {
  t.match(await runWith({ maxHeapUsed: 599 }), {
    status: 'DOWN',
    details: {
      error: 'the heap uses 600 bytes, expected at most 599', heapUsedBytes: 600, maxHeapUsedBytes: 599
    }
  })
  t.match(await runWith({ maxHeapUsed: 600 }), { status: 'UP', details: { maxHeapUsedBytes: 600 } })
  t.match(await runWith({ maxHeapShare: 0.59 }), {
    status: 'DOWN',
    details: {
      error: 'the heap uses 60 % of its limit, expected at most 59 %', heapShare: 0.6, maxHeapShare: 0.59
    }
  })
  t.match(await runWith({ maxHeapShare: 0.6 }), { status: 'UP' })
  t.match(await runWith({ maxHeapShare: 0.5999 }), { status: 'DOWN', details: { heapShare: 0.6 } })
})

await t.test('memory() is DOWN when the resident set is over its limit, and UP at its limit', async (t) => {
  t.match(await runWith({ maxRss: 1_999 }), {
    status: 'DOWN',
    details: {
      error: 'the process uses 2000 bytes of memory, expected at most 1999', rssBytes: 2_000, maxRssBytes: 1_999
    }
  })
  t.match(await runWith({ maxRss: 2_000 }), { status: 'UP' })
})

await t.test('memory() is DOWN by default above 90 % of the container\'s limit', async (t) => {
  t.match(await runWith({}, { limitBytes: 10_000, usedBytes: 9_010 }), {
    status: 'DOWN',
    details: {
      error: '90.1 % of the container\'s memory is used, expected at most 90 %',
      limitBytes: 10_000,
      usedBytes: 9_010,
      usedShare: 0.901,
      maxLimitShare: 0.9
    }
  })
  t.match(await runWith({}, { limitBytes: 10_000, usedBytes: 9_000 }), { status: 'UP', details: { usedShare: 0.9 } })
  t.match(await runWith({ maxLimitShare: 1 }, { limitBytes: 10_000, usedBytes: 9_900 }), { status: 'UP' })
})

await t.test('memory() compares the exact share and shows the rounded share', async (t) => {
  t.match(await runWith({}, { limitBytes: 100_000, usedBytes: 90_001 }), {
    status: 'DOWN',
    details: { usedShare: 0.9 }
  })
})

await t.test('memory() reports all exceeded limits', async (t) => {
  const limits = { maxHeapUsed: 1, maxHeapShare: 0, maxRss: 1 }
  const { details } = await runWith(limits, { limitBytes: 10, usedBytes: 10 })
  t.match(details, {
    error: /^the heap uses 600 bytes.*; the heap uses 60 %.*; the process uses.*; 100 % of the container's memory/
  })
})

await t.test('memory() is UP without details of a container when no limit is set', async (t) => {
  const { status, details } = await runWith({})
  t.equal(status, 'UP')
  t.same(details, { ...USE, heapShare: 0.6 })
})

await t.test('memory() ignores a container limit that cannot be read in time, and reads it once', async (t) => {
  let reads = 0
  const group = async (): Promise<CgroupMemory> => {
    reads += 1
    return await new Promise<CgroupMemory>(() => undefined)
  }
  const check = memoryWith({ use: () => USE, group }, { maxRss: 1 })
  for (let runs = 0; runs < 3; runs++) {
    t.match(await run(check, 200), {
      status: 'DOWN',
      details: { error: 'the process uses 2000 bytes of memory, expected at most 1' }
    })
  }
  t.equal(reads, 1)
})

await t.test('memory() reports the memory of this process', async (t) => {
  t.match(await run(memory({ maxLimitShare: 1 })), {
    status: 'UP',
    details: { heapUsedBytes: Number, heapLimitBytes: Number, rssBytes: Number, heapShare: Number }
  })
})

await t.test('memory() throws when an option is wrong or unknown', (t) => {
  const cases: readonly [unknown, RegExp][] = [
    [5, /option "memory" must be an object with .* maxHeapUsed, .*, maxLimitShare, got the number 5/],
    [{ maxHeap: 1 }, /unknown option "memory\(\)\.maxHeap" \(did you mean "maxHeap/],
    [{ maxHeapUsed: '1GB' }, /option "memory\.maxHeapUsed" must be a whole number of bytes/],
    [{ maxRss: 1.5 }, /option "memory\.maxRss"/],
    [{ maxHeapShare: 90 }, /option "memory\.maxHeapShare" must be a number from 0 to 1/],
    [{ maxLimitShare: -0.1 }, /option "memory\.maxLimitShare"/]
  ]
  for (const [options, message] of cases) {
    const make = (): unknown => Reflect.apply(memory, undefined, [options])
    t.throws(make, { code: 'FST_MANAGEMENT_OPTION_INVALID', message }, message.source)
  }
  t.end()
})
