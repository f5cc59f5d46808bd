import { join, posix } from 'node:path'
import { readTextFile } from '../../base/text-file.js'

/** The memory of a control group with a limit. */
export interface CgroupMemory {
  readonly limitBytes: number
  /**
   * The working set: the used memory without the file cache that the kernel can drop. The kubelet evicts pods by it.
   */
  readonly usedBytes: number
}

/** The names of files and values in one version of cgroups. */
interface Layout {
  readonly folder: string
  readonly limit: string
  readonly usage: string
  /** Finds the size of the inactive file cache in `memory.stat`, including all child groups. */
  readonly inactive: RegExp
}

const V1: Layout = {
  folder: 'sys/fs/cgroup/memory',
  limit: 'memory.limit_in_bytes',
  usage: 'memory.usage_in_bytes',
  inactive: /^total_inactive_file (\d+)$/m
}

const V2: Layout = {
  folder: 'sys/fs/cgroup',
  limit: 'memory.max',
  usage: 'memory.current',
  inactive: /^inactive_file (\d+)$/m
}

/**
 * A line of `/proc/self/cgroup`: the number of the hierarchy, its controllers and the path, which can contain colons.
 */
const LINE = /^\d+:([^:]*):(\/.*)$/

/**
 * Returns the memory of the control group that is closest to its limit: the process's own group or one of its parents.
 * The kernel kills a process when the first of these limits is reached. Returns `undefined` if no group has a readable
 * limit. Never throws.
 *
 * @param root the folder that contains `proc` and `sys`
 * @see https://docs.kernel.org/admin-guide/cgroup-v2.html#memory-interface-files
 */
export async function cgroupMemory (root: string): Promise<CgroupMemory | undefined> {
  const location = locationIn(await readTextFile(join(root, 'proc/self/cgroup')) ?? '')
  if (location === undefined) return undefined
  const { layout, path } = location
  const folders = foldersOf(path).map((folder) => join(root, layout.folder, folder))
  const groups = await Promise.all(folders.map(async (folder) => await memoryOf(layout, folder)))
  const limited = groups.filter((group) => group !== undefined)
  return limited.sort((left, right) => right.usedBytes / right.limitBytes - left.usedBytes / left.limitBytes)[0]
}

/** If both versions are mounted, version 1 manages the memory if it has the memory controller, otherwise version 2. */
function locationIn (text: string): { readonly layout: Layout, readonly path: string } | undefined {
  const lines = text.split('\n').map((line) => LINE.exec(line) ?? [])
  const [, , v1] = lines.find(([, controllers]) => controllers?.split(',').includes('memory')) ?? []
  const [, , v2] = lines.find(([, controllers]) => controllers === '') ?? []
  if (v1 !== undefined) return { layout: V1, path: v1 }
  return v2 === undefined ? undefined : { layout: V2, path: v2 }
}

/** Of a longer or deeper path only the root counts. Real groups are in fewer than 20 others. */
const LONGEST_PATH = 4_096
const MOST_GROUPS = 64

/**
 * Returns a path and all its parents up to the root of the mount. The root is necessary: a container often sees only
 * its own group, at the root, while the path is a path of the host. A namespace shows groups outside it as `/../…`.
 */
function foldersOf (path: string): string[] {
  const parts = posix.join('/', path).split('/').filter((part) => part !== '')
  if (path.length > LONGEST_PATH || parts.length > MOST_GROUPS) return ['/']
  return ['/', ...parts.map((_part, index) => `/${parts.slice(0, index + 1).join('/')}`)].reverse()
}

async function memoryOf ({ limit, usage, inactive }: Layout, folder: string): Promise<CgroupMemory | undefined> {
  const limitBytes = numberIn(await readTextFile(join(folder, limit)))
  // Version 1 shows the largest number of pages if there is no limit. A limit of 0 is an error: no process could run.
  if (limitBytes === undefined || limitBytes === 0 || limitBytes > Number.MAX_SAFE_INTEGER) return undefined
  const [used, stat] = await Promise.all([readTextFile(join(folder, usage)), readTextFile(join(folder, 'memory.stat'))])
  const [, inactiveBytes] = inactive.exec(stat ?? '') ?? []
  const usedBytes = numberIn(used)
  if (usedBytes === undefined) return undefined
  return { limitBytes, usedBytes: Math.max(0, usedBytes - (numberIn(inactiveBytes) ?? 0)) }
}

/** Returns `undefined` for a text that is not a number, for example `max`. */
function numberIn (text: string | undefined): number | undefined {
  return text !== undefined && /^\d+\s*$/.test(text) ? Number(text) : undefined
}
