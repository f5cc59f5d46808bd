import { statfs } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { CheckFunction } from '../../health/check/check-function.js'
import { withDefault } from '../../base/rules.js'
import { readyMadeOptions } from '../kit/ready-made-options.js'
import { bytes, filePath, share } from '../kit/rules.js'
import { readyMade } from '../kit/ready-made.js'
import type { Details } from '../kit/result.js'
import type { TimeLimit } from '../kit/time-limit.js'
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

/** The least free space, with defaults. */
export interface FreeSpaceSettings {
  readonly minFree: number
  readonly minFreeShare: number
}

interface DiskSpaceSettings extends FreeSpaceSettings {
  readonly path: string
}

/** The rules of the options of the least free space. */
export const freeSpaceRules = {
  minFree: withDefault(bytes, 10 * 1024 * 1024),
  minFreeShare: withDefault(share, 0)
}

const readOptions = readyMadeOptions<DiskSpaceSettings>('', {
  path: withDefault(filePath, '.'),
  ...freeSpaceRules
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
  const fileSystem = new FileSystem(settings.path, statsOf)
  return readyMade(async ({ limit, details }) => {
    details['path'] = resolve(settings.path)
    await fileSystem.assertFreeSpace(settings, limit, details)
  })
}

/** The file system of a path. */
export class FileSystem {
  readonly #request: SingleFlight<FileSystemStats>

  constructor (path: string, statsOf: (path: string) => Promise<FileSystemStats> = statfs) {
    this.#request = new SingleFlight(async () => await statsOf(path))
  }

  /** Rejects if too little space is free. Adds the numbers to the details. */
  async assertFreeSpace (settings: FreeSpaceSettings, limit: TimeLimit, details: Details): Promise<void> {
    const stats = await limit.wait(this.#request.run(), () => `the file system did not answer within ${limit.ms} ms`)
    assertFree(stats, settings, details)
  }
}

function assertFree (
  { bsize, blocks, bavail, files, ffree }: FileSystemStats,
  { minFree, minFreeShare }: FreeSpaceSettings,
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
