import { join, posix } from 'node:path'
import { readTextFile } from '../../base/text-file.js'

/** The memory of a control group that has a limit. */
export interface CgroupMemory {
  readonly limitBytes: number
  /** The working set: what is used without the cache of files that the kernel can drop. The kubelet evicts by it. */
  readonly usedBytes: number
}

/** Where a version of cgroups keeps what. */
interface Layout {
  readonly folder: string
  readonly limit: string
  readonly usage: string
  /** In `memory.stat`: the cache of files that have not been used of late, those of the groups below included. */
  readonly inactive: RegExp
}

const V1: Layout = { folder: 'sys/fs/cgroup/memory', limit: 'memory.limit_in_bytes', usage: 'memory.usage_in_bytes', inactive: /^total_inactive_file (\d+)$/m }
const V2: Layout = { folder: 'sys/fs/cgroup', limit: 'memory.max', usage: 'memory.current', inactive: /^inactive_file (\d+)$/m }

/** A line of `/proc/self/cgroup`: the hierarchy's number, its controllers and the path, in which a colon may stand. */
const LINE = /^\d+:([^:]*):(\/.*)$/

/**
 * Finds the memory of the control group, this process's own or one around it, that is nearest to its limit: whichever is reached
 * first, the kernel ends a process. `undefined` where there is no limit, or none that can be read. Never throws.
 *
 * @param root the folder in which `/proc` and `/sys` are looked up
 * @see https://docs.kernel.org/admin-guide/cgroup-v2.html#memory-interface-files
 */
export async function cgroupMemory (root: string): Promise<CgroupMemory | undefined> {
  const place = placeIn(await readTextFile(join(root, 'proc/self/cgroup')) ?? '')
  if (place === undefined) return undefined
  const groups = await Promise.all(foldersOf(place.path).map(async (folder) => await memoryOf(place.layout, join(root, place.layout.folder, folder))))
  const limited = groups.filter((group) => group !== undefined)
  return limited.sort((left, right) => right.usedBytes / right.limitBytes - left.usedBytes / left.limitBytes)[0]
}

/** Where both versions are mounted, the memory is with the first, if that has the controller. */
function placeIn (text: string): { readonly layout: Layout, readonly path: string } | undefined {
  const lines = text.split('\n').map((line) => LINE.exec(line) ?? [])
  const [, , v1] = lines.find(([, controllers]) => controllers?.split(',').includes('memory')) ?? []
  const [, , v2] = lines.find(([, controllers]) => controllers === '') ?? []
  if (v1 !== undefined) return { layout: V1, path: v1 }
  return v2 === undefined ? undefined : { layout: V2, path: v2 }
}

/**
 * A path and all above it, up to the mount's root. That is where a container finds its own group if it sees no other: the path is
 * then one of the host's. A namespace shows groups outside it as `/../…`.
 */
function foldersOf (path: string): string[] {
  const inside = posix.join('/', path)
  return inside === '/' ? ['/'] : [inside, ...foldersOf(posix.dirname(inside))]
}

async function memoryOf ({ limit, usage, inactive }: Layout, folder: string): Promise<CgroupMemory | undefined> {
  const limitBytes = numberIn(await readTextFile(join(folder, limit)))
  // The first version has no word for "no limit", but the largest number of pages. And with none nothing could run.
  if (limitBytes === undefined || limitBytes === 0 || limitBytes > Number.MAX_SAFE_INTEGER) return undefined
  const [used, stat] = await Promise.all([readTextFile(join(folder, usage)), readTextFile(join(folder, 'memory.stat'))])
  const [, inactiveBytes] = inactive.exec(stat ?? '') ?? []
  const usedBytes = numberIn(used)
  return usedBytes === undefined ? undefined : { limitBytes, usedBytes: Math.max(0, usedBytes - (numberIn(inactiveBytes) ?? 0)) }
}

/** What is no number, `max` for example, is none. */
function numberIn (text: string | undefined): number | undefined {
  return text !== undefined && /^\d+\s*$/.test(text) ? Number(text) : undefined
}
