import { getHeapStatistics } from 'node:v8'
import type { CheckFunction } from '../../health/check/check-function.js'
import { withDefault } from '../../base/rules.js'
import { readyMadeOptions } from '../kit/ready-made-options.js'
import { cgroupMemory } from './cgroup.js'
import type { CgroupMemory } from './cgroup.js'
import { bytes, share } from '../kit/rules.js'
import { readyMade } from '../kit/ready-made.js'
import type { Details } from '../kit/result.js'
import { SingleFlight } from '../../base/single-flight.js'

/**
 * The options of `memory()`.
 *
 * @see `docs/ready-made-checks.md#memory`
 */
export interface MemoryOptions {
  /**
   * The largest size of the JavaScript heap in use, in bytes.
   *
   * @default no limit
   * @example { maxHeapUsed: 500 * 1024 ** 2 }
   * @see `docs/ready-made-checks.md#memory`
   */
  readonly maxHeapUsed?: number | undefined
  /**
   * The largest share of V8's heap limit in use, from 0 to 1.
   *
   * @default no limit
   * @example { maxHeapShare: 0.9 }
   * @see `docs/ready-made-checks.md#memory`
   */
  readonly maxHeapShare?: number | undefined
  /**
   * The largest resident set size of the process, in bytes.
   *
   * @default no limit
   * @example { maxRss: 1024 ** 3 }
   * @see `docs/ready-made-checks.md#memory`
   */
  readonly maxRss?: number | undefined
  /**
   * The largest share of the container's memory limit in use, from 0 to 1.
   *
   * @default 0.9
   * @example { maxLimitShare: 0.8 }
   * @see `docs/ready-made-checks.md#memory`
   */
  readonly maxLimitShare?: number | undefined
}

/** The memory in use by the process. */
export interface MemoryUse {
  readonly heapUsedBytes: number
  readonly heapLimitBytes: number
  readonly rssBytes: number
}

/** The sources of the numbers that `memory` checks. */
export interface MemoryDependencies {
  readonly use: () => MemoryUse
  /** Reads the memory of the container. Resolves to `undefined` if the container has no limit. */
  readonly group: () => Promise<CgroupMemory | undefined>
}

interface MemorySettings {
  readonly maxHeapUsed: number
  readonly maxHeapShare: number
  readonly maxRss: number
  readonly maxLimitShare: number
}

const readOptions = readyMadeOptions<MemorySettings>('', {
  maxHeapUsed: withDefault(bytes, Infinity),
  maxHeapShare: withDefault(share, Infinity),
  maxRss: withDefault(bytes, Infinity),
  maxLimitShare: withDefault(share, 0.9)
})

/**
 * Makes a check of the memory in use, against the limit of the container and your own limits.
 *
 * @throws FST_MANAGEMENT_OPTION_INVALID
 * @example fastify.management.addCheck('readiness', 'memory', memory({ maxHeapShare: 0.9 }))
 * @see `docs/ready-made-checks.md#memory`
 */
export function memory (options: MemoryOptions = {}): CheckFunction {
  return memoryWith({ use: processUse, group: async () => await cgroupMemory('/') }, options)
}

/** Makes the check with other sources, for tests. */
export function memoryWith ({ use, group }: MemoryDependencies, options: MemoryOptions): CheckFunction {
  const settings = readOptions(options, 'memory')
  const groupRequest = new SingleFlight(group)
  return readyMade(async ({ limit, details }) => {
    // Slow files are no sign of too little memory, so the check goes on without the limit of the container.
    const groupMemory = await limit.wait(groupRequest.run()).catch(() => undefined)
    const problems = [...processProblems(use(), settings, details), ...groupProblems(groupMemory, settings, details)]
    if (problems.length > 0) throw new Error(problems.join('; '))
  })
}

function processUse (): MemoryUse {
  const { heapUsed, rss } = process.memoryUsage()
  return { heapUsedBytes: heapUsed, heapLimitBytes: getHeapStatistics().heap_size_limit, rssBytes: rss }
}

function processProblems (
  use: MemoryUse, { maxHeapUsed, maxHeapShare, maxRss }: MemorySettings, details: Details
): string[] {
  const { heapUsedBytes, heapLimitBytes, rssBytes } = use
  const heapShare = heapUsedBytes / heapLimitBytes
  const limits = limitsOf({ maxHeapUsedBytes: maxHeapUsed, maxHeapShare, maxRssBytes: maxRss })
  Object.assign(details, use, { heapShare: rounded(heapShare) }, limits)
  const problems = []
  if (heapUsedBytes > maxHeapUsed) {
    problems.push(`the heap uses ${heapUsedBytes} bytes, expected at most ${maxHeapUsed}`)
  }
  if (heapShare > maxHeapShare) {
    problems.push(`the heap uses ${percent(heapShare)} of its limit, expected at most ${percent(maxHeapShare)}`)
  }
  if (rssBytes > maxRss) problems.push(`the process uses ${rssBytes} bytes of memory, expected at most ${maxRss}`)
  return problems
}

function groupProblems (
  group: CgroupMemory | undefined, { maxLimitShare }: MemorySettings, details: Details
): string[] {
  if (group === undefined) return []
  const usedShare = group.usedBytes / group.limitBytes
  Object.assign(details, group, { usedShare: rounded(usedShare), maxLimitShare })
  if (usedShare <= maxLimitShare) return []
  return [`${percent(usedShare)} of the container's memory is used, expected at most ${percent(maxLimitShare)}`]
}

/** Omits limits that are not set. */
function limitsOf (limits: Readonly<Record<string, number>>): Details {
  return Object.fromEntries(Object.entries(limits).filter(([, limit]) => limit !== Infinity))
}

function rounded (share: number): number {
  return Math.round(share * 1_000) / 1_000
}

function percent (share: number): string {
  return `${Math.round(share * 1_000) / 10} %`
}
