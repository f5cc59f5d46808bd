import { statfs } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { CheckFunction } from '../../health/check/check-function.js'
import { withDefault } from '../../base/rules.js'
import { readyMadeOptions } from '../kit/ready-made-options.js'
import { bytes, filePath, share } from '../kit/rules.js'
import { readyMade } from '../kit/ready-made.js'
import type { Details } from '../kit/result.js'
import { SingleFlight } from '../../base/single-flight.js'

/** Options of `diskSpace`. */
export interface DiskSpaceOptions {
  /** A path in the file system. Default `.`, the working directory. */
  readonly path?: string | undefined
  /** The least free space in bytes. Default 10 MiB. */
  readonly minFree?: number | undefined
  /** The least free share of the file system, from 0 to 1. Default none. */
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
 * Makes a check of the free space of a file system. It is `DOWN` if a process without privileges has less space than
 * the larger of the two thresholds, or if no inode is free. It is also `DOWN` if the file system (a network share, for
 * example) does not answer in time.
 *
 * Add it to `health`, or to readiness if the app cannot work without writing. Do not add it to liveness: a restart
 * frees no space.
 *
 * @throws FST_MANAGEMENT_OPTION_INVALID
 * @example
 * fastify.management.addCheck('health', 'uploads', diskSpace({ path: '/var/uploads', minFreeShare: 0.05 }))
 * @see https://docs.spring.io/spring-boot/reference/actuator/endpoints.html#actuator.endpoints.health.auto-configured-health-indicators
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
