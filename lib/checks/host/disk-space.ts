import { statfs } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { CheckFunction } from '../../health/check/check-function.js'
import { withDefault } from '../../base/rules.js'
import { readyMadeOptions } from '../kit/ready-made-options.js'
import { bytes, filePath, share } from '../kit/rules.js'
import { readyMade } from '../kit/ready-made.js'
import type { Details } from '../kit/result.js'
import { SingleFlight } from '../../base/single-flight.js'

/**
 * The options of `diskSpace()`.
 *
 * @see `docs/ready-made-checks.md#diskspace`
 */
export interface DiskSpaceOptions {
  /**
   * A path in the file system.
   *
   * @default '.'
   * @example { path: '/var/uploads' }
   * @see `docs/ready-made-checks.md#diskspace`
   */
  readonly path?: string | undefined
  /**
   * The least free space, in bytes.
   *
   * @default 10_485_760 (10 MiB)
   * @example { minFree: 500 * 1024 ** 2 }
   * @see `docs/ready-made-checks.md#diskspace`
   */
  readonly minFree?: number | undefined
  /**
   * The least free share of the file system, from 0 to 1.
   *
   * @default 0
   * @example { minFreeShare: 0.05 }
   * @see `docs/ready-made-checks.md#diskspace`
   */
  readonly minFreeShare?: number | undefined
}

/** The blocks and inodes of a file system, as `statfs` reports them. */
export interface FileSystemStats {
  /** The size of a block in bytes. */
  readonly bsize: number
  /** The number of all blocks; 0 if the file system does not count blocks. */
  readonly blocks: number
  /** The number of free blocks for users without privileges. Some file systems keep a reserve for root. */
  readonly bavail: number
  /** The number of all inodes; 0 if the file system does not count inodes. */
  readonly files: number
  /** The number of free inodes. */
  readonly ffree: number
}

interface DiskSpaceSettings {
  readonly path: string
  readonly minFree: number
  readonly minFreeShare: number
}

const readOptions = readyMadeOptions<DiskSpaceSettings>('', {
  path: withDefault(filePath, '.'),
  minFree: withDefault(bytes, 10 * 1024 * 1024),
  minFreeShare: withDefault(share, 0)
})

/**
 * Makes a check of the free space and the free inodes of a file system.
 *
 * @throws FST_MANAGEMENT_OPTION_INVALID
 * @example
 * fastify.management.addCheck('health', 'uploads', diskSpace({ path: '/var/uploads', minFreeShare: 0.05 }))
 * @see `docs/ready-made-checks.md#diskspace`
 */
export function diskSpace (options: DiskSpaceOptions = {}): CheckFunction {
  return diskSpaceWith(statfs, options)
}

/** Makes the check with another source of statistics, for tests. */
export function diskSpaceWith (
  statsOf: (path: string) => Promise<FileSystemStats>, options: DiskSpaceOptions
): CheckFunction {
  const settings = readOptions(options, 'diskSpace')
  const statsRequest = new SingleFlight(async () => await statsOf(settings.path))
  return readyMade(async ({ limit, details }) => {
    details['path'] = resolve(settings.path)
    const stats = await limit.wait(statsRequest.run(), () => `the file system did not answer within ${limit.ms} ms`)
    assertFreeSpace(stats, settings, details)
  })
}

function assertFreeSpace (
  { bsize, blocks, bavail, files, ffree }: FileSystemStats,
  { minFree, minFreeShare }: DiskSpaceSettings,
  details: Details
): void {
  const totalBytes = blocks * bsize
  const freeBytes = bavail * bsize
  const minFreeBytes = Math.max(minFree, Math.ceil(minFreeShare * totalBytes))
  Object.assign(details, { totalBytes, freeBytes, minFreeBytes })
  if (files > 0) Object.assign(details, { totalInodes: files, freeInodes: ffree })
  if (blocks > 0 && freeBytes < minFreeBytes) {
    throw new Error(`${freeBytes} bytes are free, expected at least ${minFreeBytes}`)
  }
  if (files > 0 && ffree === 0) throw new Error('no inode is free, so no file can be created')
}
