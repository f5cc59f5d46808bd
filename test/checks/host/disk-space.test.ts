import { statfs } from 'node:fs/promises'
import t from 'tap'
import { diskSpace, diskSpaceBy } from '../../../lib/checks/host/disk-space.js'
import type { DiskSpaceOptions, FileSystemStats } from '../../../lib/checks/host/disk-space.js'
import type { CheckFunction } from '../../../lib/health/check/attempt.js'
import { run } from '../../support/check.js'

const MIB = 1024 * 1024

/** Of 100 MiB in blocks of 4 KiB, with so much free, and 1,000 inodes. */
function diskWith (freeBytes: number, options: DiskSpaceOptions = {}, stats: Partial<FileSystemStats> = {}): CheckFunction {
  return diskSpaceBy(async () => await Promise.resolve({ bsize: 4096, blocks: 100 * MIB / 4096, bavail: freeBytes / 4096, files: 1_000, ffree: 10, ...stats }), options)
}

await t.test('a path that is not there is DOWN, with the code', async (t) => {
  t.match(await run(diskSpace({ path: '/nowhere/at/all' })), { status: 'DOWN', details: { error: /^ENOENT/, path: '/nowhere/at/all' } })
})

await t.test('a file system that does not answer is DOWN before the timeout, and while it does not it is not asked again', async (t) => {
  let asked = 0
  let answer: (stats: FileSystemStats) => void = () => undefined
  const check = diskSpaceBy(async () => {
    asked += 1
    return await new Promise((resolve) => { answer = resolve })
  }, { path: '/mnt/share' })
  for (let runs = 0; runs < 3; runs++) t.match(await run(check, 200), { status: 'DOWN', details: { error: 'the file system did not answer within 180 ms', path: '/mnt/share' } })
  t.equal(asked, 1)
  const last = run(check)
  answer(await statfs('.'))
  t.match(await last, { status: 'UP' })
  t.equal(asked, 1)
})

await t.test('less than 10 MiB is DOWN by default, and 10 MiB is UP', async (t) => {
  t.match(await run(diskWith(10 * MIB - 4096)), {
    status: 'DOWN',
    details: { error: '10481664 bytes are free, expected at least 10485760', totalBytes: 100 * MIB, freeBytes: 10 * MIB - 4096, minFreeBytes: 10 * MIB }
  })
  t.match(await run(diskWith(10 * MIB)), { status: 'UP', details: { freeBytes: 10 * MIB, minFreeBytes: 10 * MIB, totalInodes: 1_000, freeInodes: 10 } })
})

await t.test('the larger of the thresholds counts', async (t) => {
  t.match(await run(diskWith(20 * MIB, { minFreeShare: 0.25 })), { status: 'DOWN', details: { minFreeBytes: 25 * MIB } })
  t.match(await run(diskWith(20 * MIB, { minFree: 30 * MIB, minFreeShare: 0.1 })), { status: 'DOWN', details: { minFreeBytes: 30 * MIB } })
  t.match(await run(diskWith(20 * MIB, { minFree: 0, minFreeShare: 0.2 })), { status: 'UP', details: { minFreeBytes: 20 * MIB } })
  t.match(await run(diskWith(0, { minFree: 0 })), { status: 'UP', details: { minFreeBytes: 0 } })
})

await t.test('no free inode is DOWN, where the file system counts them', async (t) => {
  t.match(await run(diskWith(50 * MIB, {}, { ffree: 0 })), { status: 'DOWN', details: { error: 'no inode is free, so that no file can be made', freeInodes: 0 } })
  const run0 = await run(diskWith(50 * MIB, {}, { files: 0, ffree: 0 }))
  t.match(run0, { status: 'UP' })
  t.notOk('freeInodes' in (run0.details ?? {}))
})

await t.test('a file system that does not count its blocks is UP, and says so', async (t) => {
  t.match(await run(diskWith(0, { minFreeShare: 0.1 }, { blocks: 0 })), { status: 'UP', details: { totalBytes: 0, freeBytes: 0 } })
  t.match(await run(diskWith(0, {}, { blocks: 0, ffree: 0 })), { status: 'DOWN', details: { error: /^no inode is free/ } })
})

await t.test('the file system of the working directory is looked at by default', async (t) => {
  const { details } = await run(diskSpace())
  t.match(details, { path: process.cwd(), totalBytes: Number, freeBytes: Number, minFreeBytes: 10 * MIB })
})

await t.test('options that cannot be are refused at once', (t) => {
  const cases: readonly [unknown, RegExp][] = [
    [null, /option "diskSpace" must be an object with keys of path, minFree, minFreeShare, got null/],
    [{ threshold: 1 }, /option "diskSpace" must be an object with no other keys/],
    [{ path: '' }, /option "diskSpace\.path"/],
    [{ minFree: '10MB' }, /option "diskSpace\.minFree" must be a whole number of bytes from 0 to \d+, got the string "10MB"/],
    [{ minFree: -1 }, /option "diskSpace\.minFree"/],
    [{ minFreeShare: 5 }, /option "diskSpace\.minFreeShare" must be a number from 0 to 1, got the number 5/],
    [{ minFreeShare: NaN }, /option "diskSpace\.minFreeShare"/],
    [{ minFreeShare: '5%' }, /option "diskSpace\.minFreeShare"/]
  ]
  for (const [options, message] of cases) {
    t.throws(() => { Reflect.apply(diskSpace, undefined, [options]) }, { code: 'FST_MANAGEMENT_OPTION_INVALID', message }, message.source)
  }
  t.end()
})
