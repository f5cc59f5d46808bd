import { statfs } from 'node:fs/promises'
import t from 'tap'
import { diskSpace, diskSpaceWith } from '../../../lib/checks/host/disk-space.js'
import type { DiskSpaceOptions, FileSystemStats } from '../../../lib/checks/host/disk-space.js'
import type { CheckFunction } from '../../../lib/health/check/check-function.js'
import { run } from '../../support/check.js'

const MIB = 1024 * 1024

/** Checks a file system of 100 MiB in blocks of 4 KiB with 1,000 inodes. */
function diskWith (
  freeBytes: number, options: DiskSpaceOptions = {}, changes: Partial<FileSystemStats> = {}
): CheckFunction {
  const stats = {
    bsize: 4096,
    blocks: 100 * MIB / 4096,
    bavail: freeBytes / 4096,
    files: 1_000,
    ffree: 10,
    ...changes
  }
  return diskSpaceWith(async () => await Promise.resolve(stats), options)
}

await t.test('diskSpace() is DOWN with the error code when the path does not exist', async (t) => {
  t.match(await run(diskSpace({ path: '/nowhere/at/all' })), {
    status: 'DOWN',
    details: { error: /^ENOENT/, path: '/nowhere/at/all' }
  })
})

await t.test('diskSpace() is DOWN before the timeout when the file system hangs, and sends one request', async (t) => {
  let requests = 0
  let answer: (stats: FileSystemStats) => void = () => undefined
  const check = diskSpaceWith(async () => {
    requests += 1
    return await new Promise((resolve) => { answer = resolve })
  }, { path: '/mnt/share' })
  for (let runs = 0; runs < 3; runs++) {
    t.match(await run(check, 200), {
      status: 'DOWN',
      details: { error: 'the file system did not answer within 180 ms', path: '/mnt/share' }
    })
  }
  t.equal(requests, 1)
  const last = run(check)
  answer(await statfs('.'))
  t.match(await last, { status: 'UP' })
  t.equal(requests, 1)
})

await t.test('diskSpace() is DOWN by default below 10 MiB, and UP at 10 MiB', async (t) => {
  t.match(await run(diskWith(10 * MIB - 4096)), {
    status: 'DOWN',
    details: {
      error: '10481664 bytes are free, expected at least 10485760',
      totalBytes: 100 * MIB,
      freeBytes: 10 * MIB - 4096,
      minFreeBytes: 10 * MIB
    }
  })
  t.match(await run(diskWith(10 * MIB)), {
    status: 'UP',
    details: { freeBytes: 10 * MIB, minFreeBytes: 10 * MIB, totalInodes: 1_000, freeInodes: 10 }
  })
})

await t.test('diskSpace() compares with the larger of the two thresholds', async (t) => {
  t.match(await run(diskWith(20 * MIB, { minFreeShare: 0.25 })), {
    status: 'DOWN',
    details: { minFreeBytes: 25 * MIB }
  })
  t.match(await run(diskWith(20 * MIB, { minFree: 30 * MIB, minFreeShare: 0.1 })), {
    status: 'DOWN',
    details: { minFreeBytes: 30 * MIB }
  })
  t.match(await run(diskWith(20 * MIB, { minFree: 0, minFreeShare: 0.2 })), {
    status: 'UP',
    details: { minFreeBytes: 20 * MIB }
  })
  t.match(await run(diskWith(0, { minFree: 0 })), { status: 'UP', details: { minFreeBytes: 0 } })
})

await t.test('diskSpace() is DOWN when no inode is free, unless the file system does not count inodes', async (t) => {
  t.match(await run(diskWith(50 * MIB, {}, { ffree: 0 })), {
    status: 'DOWN',
    details: { error: 'no inode is free, so no file can be created', freeInodes: 0 }
  })
  const { status, details } = await run(diskWith(50 * MIB, {}, { files: 0, ffree: 0 }))
  t.equal(status, 'UP')
  t.notOk('freeInodes' in (details ?? {}))
})

await t.test('diskSpace() is UP with 0 bytes when the file system does not count blocks', async (t) => {
  t.match(await run(diskWith(0, { minFreeShare: 0.1 }, { blocks: 0 })), {
    status: 'UP',
    details: { totalBytes: 0, freeBytes: 0 }
  })
  t.match(await run(diskWith(0, {}, { blocks: 0, ffree: 0 })), {
    status: 'DOWN',
    details: { error: /^no inode is free/ }
  })
})

await t.test('diskSpace() checks the file system of the working directory by default', async (t) => {
  const { details } = await run(diskSpace())
  t.match(details, { path: process.cwd(), totalBytes: Number, freeBytes: Number, minFreeBytes: 10 * MIB })
})

await t.test('diskSpace() throws when an option is wrong or unknown', (t) => {
  const cases: readonly [unknown, RegExp][] = [
    [null, /option "diskSpace" must be an object with keys of path, minFree, minFreeShare, got null/],
    [{ threshold: 1 }, /unknown option "diskSpace\(\)\.threshold", expected one of path,/],
    [{ path: '' }, /option "diskSpace\.path"/],
    [{ minFree: '10MB' }, /option "diskSpace\.minFree" must be a whole number of bytes from 0 to \d+, got .*"10MB"/],
    [{ minFree: -1 }, /option "diskSpace\.minFree"/],
    [{ minFreeShare: 5 }, /option "diskSpace\.minFreeShare" must be a number from 0 to 1, got the number 5/],
    [{ minFreeShare: NaN }, /option "diskSpace\.minFreeShare"/],
    [{ minFreeShare: '5%' }, /option "diskSpace\.minFreeShare"/]
  ]
  for (const [options, message] of cases) {
    const make = (): unknown => Reflect.apply(diskSpace, undefined, [options])
    t.throws(make, { code: 'FST_MANAGEMENT_OPTION_INVALID', message }, message.source)
  }
  t.end()
})
