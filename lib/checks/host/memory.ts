import { getHeapStatistics } from 'node:v8'
import type { CheckFunction } from '../../health/check/attempt.js'
import { optionsOf, withDefault } from '../../base/rules.js'
import { cgroupMemory } from './cgroup.js'
import type { CgroupMemory } from './cgroup.js'
import { bytes, share } from '../kit/rules.js'
import { readyMade } from '../kit/ready-made.js'
import type { Details } from '../kit/result.js'
import { SingleFlight } from '../../base/single-flight.js'

/** How much memory may be used. */
export interface MemoryOptions {
  /** The most that the heap of JavaScript may hold, in bytes. Default none. */
  readonly maxHeapUsed?: number | undefined
  /** The most that it may hold of what V8 allows it (`--max-old-space-size`), from 0 to 1. Default none. */
  readonly maxHeapShare?: number | undefined
  /** The most that the process may have in memory, its resident set size, in bytes. Default none. */
  readonly maxRss?: number | undefined
  /** The most that may be used of the limit of the container, or of the control group, from 0 to 1. Default 0.9. */
  readonly maxLimitShare?: number | undefined
}

/** What is used now, in bytes. */
export interface MemoryUse {
  readonly heapUsedBytes: number
  readonly heapLimitBytes: number
  readonly rssBytes: number
}

/** Where `memory` looks. */
export interface MemorySurroundings {
  readonly use: () => MemoryUse
  /** What the container uses, where it has a limit. */
  readonly group: () => Promise<CgroupMemory | undefined>
}

interface MemorySettings {
  readonly maxHeapUsed: number
  readonly maxHeapShare: number
  readonly maxRss: number
  readonly maxLimitShare: number
}

const readOptions = optionsOf<MemorySettings>({
  maxHeapUsed: withDefault(bytes, Infinity),
  maxHeapShare: withDefault(share, Infinity),
  maxRss: withDefault(bytes, Infinity),
  maxLimitShare: withDefault(share, 0.9)
})

/**
 * Makes a check of the memory that is used. It is `DOWN` where any of the limits is exceeded. The limit of a container (cgroup v1 and
 * v2) is read where there is one; its share is that of the working set, by which the kubelet evicts. On a host without such
 * a limit nothing is judged by default.
 *
 * For `health`, or for readiness, so that an app at its limit gets no more requests. For liveness only with limits that
 * a healthy app never reaches, as one that leaks does: a load that is merely high must not restart it.
 *
 * @throws FST_MANAGEMENT_OPTION_INVALID
 * @example
 * fastify.management.addCheck('readiness', 'memory', memory({ maxHeapShare: 0.9 }))
 * @see https://kubernetes.io/docs/concepts/scheduling-eviction/node-pressure-eviction/ for the working set
 */
export function memory (options: MemoryOptions = {}): CheckFunction {
  return memoryOf({ use: processUse, group: async () => await cgroupMemory('/') }, options)
}

/** Makes the check for other surroundings. */
export function memoryOf ({ use, group }: MemorySurroundings, options: MemoryOptions): CheckFunction {
  const settings = readOptions(options, 'memory')
  const reading = new SingleFlight(group)
  return readyMade(async ({ limit, details }) => {
    // Where files cannot be read in time, memory is not what is short.
    const used = await limit.wait(reading.run()).catch(() => undefined)
    const excesses = [...judgeProcess(use(), settings, details), ...judgeGroup(used, settings, details)]
    if (excesses.length > 0) throw new Error(excesses.join('; '))
  })
}

function processUse (): MemoryUse {
  const { heapUsed, rss } = process.memoryUsage()
  return { heapUsedBytes: heapUsed, heapLimitBytes: getHeapStatistics().heap_size_limit, rssBytes: rss }
}

function judgeProcess (use: MemoryUse, { maxHeapUsed, maxHeapShare, maxRss }: MemorySettings, details: Details): string[] {
  const { heapUsedBytes, heapLimitBytes, rssBytes } = use
  const heapShare = heapUsedBytes / heapLimitBytes
  const limits = limitsOf({ maxHeapUsedBytes: maxHeapUsed, maxHeapShare, maxRssBytes: maxRss })
  Object.assign(details, use, { heapShare: rounded(heapShare) }, limits)
  return [
    ...(heapUsedBytes > maxHeapUsed ? [`the heap holds ${heapUsedBytes} bytes, expected at most ${maxHeapUsed}`] : []),
    ...(heapShare > maxHeapShare ? [`the heap holds ${percent(heapShare)} of its limit, expected at most ${percent(maxHeapShare)}`] : []),
    ...(rssBytes > maxRss ? [`the process has ${rssBytes} bytes in memory, expected at most ${maxRss}`] : [])
  ]
}

function judgeGroup (group: CgroupMemory | undefined, { maxLimitShare }: MemorySettings, details: Details): string[] {
  if (group === undefined) return []
  const usedShare = group.usedBytes / group.limitBytes
  Object.assign(details, group, { usedShare: rounded(usedShare), maxLimitShare })
  return usedShare > maxLimitShare ? [`${percent(usedShare)} of the container's memory is used, expected at most ${percent(maxLimitShare)}`] : []
}

/** The limits that are set. */
function limitsOf (limits: Readonly<Record<string, number>>): Details {
  return Object.fromEntries(Object.entries(limits).filter(([, limit]) => limit !== Infinity))
}

function rounded (share: number): number {
  return Math.round(share * 1_000) / 1_000
}

function percent (share: number): string {
  return `${Math.round(share * 1_000) / 10} %`
}
