import t from 'tap'
import type { CgroupMemory } from '../../../lib/checks/host/cgroup.js'
import { memory, memoryOf } from '../../../lib/checks/host/memory.js'
import type { MemoryOptions } from '../../../lib/checks/host/memory.js'
import type { Run } from '../../../lib/health/check/attempt.js'
import { run } from '../../support/check.js'

const USE = { heapUsedBytes: 600, heapLimitBytes: 1_000, rssBytes: 2_000 }

async function runWith (options: MemoryOptions, group?: CgroupMemory): Promise<Run> {
  return await run(memoryOf({ use: () => USE, group: async () => await Promise.resolve(group) }, options))
}

await t.test('a heap over its limit is DOWN, and one at its limit is UP', async (t) => {
  t.match(await runWith({ maxHeapUsed: 599 }), { status: 'DOWN', details: { error: 'the heap holds 600 bytes, expected at most 599', heapUsedBytes: 600, maxHeapUsedBytes: 599 } })
  t.match(await runWith({ maxHeapUsed: 600 }), { status: 'UP', details: { maxHeapUsedBytes: 600 } })
  t.match(await runWith({ maxHeapShare: 0.59 }), { status: 'DOWN', details: { error: 'the heap holds 60 % of its limit, expected at most 59 %', heapShare: 0.6, maxHeapShare: 0.59 } })
  t.match(await runWith({ maxHeapShare: 0.6 }), { status: 'UP' })
  t.match(await runWith({ maxHeapShare: 0.5999 }), { status: 'DOWN', details: { heapShare: 0.6 } })
})

await t.test('a resident set over its limit is DOWN, and one at its limit is UP', async (t) => {
  t.match(await runWith({ maxRss: 1_999 }), { status: 'DOWN', details: { error: 'the process has 2000 bytes in memory, expected at most 1999', rssBytes: 2_000, maxRssBytes: 1_999 } })
  t.match(await runWith({ maxRss: 2_000 }), { status: 'UP' })
})

await t.test('more than nine tenths of the limit of the container is DOWN by default', async (t) => {
  t.match(await runWith({}, { limitBytes: 10_000, usedBytes: 9_010 }), {
    status: 'DOWN',
    details: { error: '90.1 % of the container\'s memory is used, expected at most 90 %', limitBytes: 10_000, usedBytes: 9_010, usedShare: 0.901, maxLimitShare: 0.9 }
  })
  t.match(await runWith({}, { limitBytes: 10_000, usedBytes: 9_000 }), { status: 'UP', details: { usedShare: 0.9 } })
  t.match(await runWith({}, { limitBytes: 100_000, usedBytes: 90_001 }), { status: 'DOWN', details: { usedShare: 0.9 } }, 'what is shown is rounded, and not what is judged')
  t.match(await runWith({ maxLimitShare: 1 }, { limitBytes: 10_000, usedBytes: 9_900 }), { status: 'UP' })
})

await t.test('all that is exceeded is said', async (t) => {
  const { details } = await runWith({ maxHeapUsed: 1, maxHeapShare: 0, maxRss: 1 }, { limitBytes: 10, usedBytes: 10 })
  t.match(details, { error: /^the heap holds 600 bytes.*; the heap holds 60 %.*; the process has.*; 100 % of the container's memory/ })
})

await t.test('without a limit of a container nothing is judged by default, and nothing is said of one', async (t) => {
  const { status, details } = await runWith({})
  t.equal(status, 'UP')
  t.same(details, { ...USE, heapShare: 0.6 })
})

await t.test('a limit that cannot be read in time is left out, and while it is read it is not read again', async (t) => {
  let read = 0
  const group = async (): Promise<CgroupMemory> => {
    read += 1
    return await new Promise<CgroupMemory>(() => undefined)
  }
  const check = memoryOf({ use: () => USE, group }, { maxRss: 1 })
  for (let runs = 0; runs < 3; runs++) t.match(await run(check, 200), { status: 'DOWN', details: { error: 'the process has 2000 bytes in memory, expected at most 1' } })
  t.equal(read, 1)
})

await t.test('what this process uses is UP, with sizes', async (t) => {
  t.match(await run(memory({ maxLimitShare: 1 })), { status: 'UP', details: { heapUsedBytes: Number, heapLimitBytes: Number, rssBytes: Number, heapShare: Number } })
})

await t.test('options that cannot be are refused at once', (t) => {
  const cases: readonly [unknown, RegExp][] = [
    [5, /option "memory" must be an object with keys of maxHeapUsed, maxHeapShare, maxRss, maxLimitShare, got the number 5/],
    [{ maxHeap: 1 }, /option "memory" must be an object with no other keys/],
    [{ maxHeapUsed: '1GB' }, /option "memory\.maxHeapUsed" must be a whole number of bytes/],
    [{ maxRss: 1.5 }, /option "memory\.maxRss"/],
    [{ maxHeapShare: 90 }, /option "memory\.maxHeapShare" must be a number from 0 to 1/],
    [{ maxLimitShare: -0.1 }, /option "memory\.maxLimitShare"/]
  ]
  for (const [options, message] of cases) {
    t.throws(() => { Reflect.apply(memory, undefined, [options]) }, { code: 'FST_MANAGEMENT_OPTION_INVALID', message }, message.source)
  }
  t.end()
})
