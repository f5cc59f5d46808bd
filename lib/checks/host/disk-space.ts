import { statfs } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { CheckFunction } from '../../health/check/attempt.js'
import { optionsOf, text, withDefault } from '../../base/rules.js'
import { bytes, share } from '../kit/rules.js'
import { readyMade } from '../kit/ready-made.js'
import type { Details } from '../kit/result.js'
import { SingleFlight } from '../../base/single-flight.js'

/** Which file system `diskSpace` looks at, and how much of it must be free. */
export interface DiskSpaceOptions {
  /** A path in the file system. Default `.`, the working directory. */
  readonly path?: string | undefined
  /** How much must be free, in bytes. Default 10 MiB. */
  readonly minFree?: number | undefined
  /** How much of the whole must be free, from 0 to 1. Default none. */
  readonly minFreeShare?: number | undefined
}

/** What is known of a file system: blocks of `bsize` bytes, and inodes. 0 of either in all is what it does not count. */
export interface FileSystemStats {
  readonly bsize: number
  readonly blocks: number
  /** Free blocks for who has no privileges; some file systems keep a reserve for root. */
  readonly bavail: number
  /** All inodes. */
  readonly files: number
  readonly ffree: number
}

interface DiskSpaceSettings {
  readonly path: string
  readonly minFree: number
  readonly minFreeShare: number
}

const readOptions = optionsOf<DiskSpaceSettings>({
  path: withDefault(text, '.'),
  minFree: withDefault(bytes, 10 * 1024 * 1024),
  minFreeShare: withDefault(share, 0)
})

/**
 * Makes a check of the free space of a file system. It is `DOWN` where there is less than the larger of the thresholds for a process
 * without privileges, where no inode is free, and where the file system, on a network perhaps, does not answer in time.
 *
 * For `health`, or for readiness where the app cannot work without writing. Not for liveness: a restart frees no space.
 *
 * @throws FST_MANAGEMENT_OPTION_INVALID
 * @example
 * fastify.management.addCheck('health', 'uploads', diskSpace({ path: '/var/uploads', minFreeShare: 0.05 }))
 * @see https://docs.spring.io/spring-boot/reference/actuator/endpoints.html#actuator.endpoints.health.auto-configured-health-indicators
 */
export function diskSpace (options: DiskSpaceOptions = {}): CheckFunction {
  return diskSpaceBy(statfs, options)
}

/** Makes the check with something else that knows file systems. */
export function diskSpaceBy (statsOf: (path: string) => Promise<FileSystemStats>, options: DiskSpaceOptions): CheckFunction {
  const settings = readOptions(options, 'diskSpace')
  const asking = new SingleFlight(async () => await statsOf(settings.path))
  return readyMade(async ({ limit, details }) => {
    details['path'] = resolve(settings.path)
    const stats = await limit.wait(asking.run(), () => `the file system did not answer within ${limit.ms} ms`)
    judge(stats, settings, details)
  })
}

function judge (
  { bsize, blocks, bavail, files, ffree }: FileSystemStats,
  { minFree, minFreeShare }: DiskSpaceSettings,
  details: Details
): void {
  const totalBytes = blocks * bsize
  const freeBytes = bavail * bsize
  const minFreeBytes = Math.max(minFree, Math.ceil(minFreeShare * totalBytes))
  Object.assign(details, { totalBytes, freeBytes, minFreeBytes }, files > 0 && { totalInodes: files, freeInodes: ffree })
  if (blocks > 0 && freeBytes < minFreeBytes) throw new Error(`${freeBytes} bytes are free, expected at least ${minFreeBytes}`)
  if (files > 0 && ffree === 0) throw new Error('no inode is free, so that no file can be made')
}
