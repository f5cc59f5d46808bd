import { tmpdir } from 'node:os'
import { outsideRequests } from '../base/async-context.js'
import { collectInfo } from './collect.js'
import type { CollectedInfo, CollectOptions } from './collect.js'
import { currentSystem, workingDirectory } from './system.js'

/**
 * Returns a function that collects the data of `/info` at its first call. Later calls return the same data. Reading the
 * files and redacting them took a quarter of the CPU time of the start, so it happens after the app is ready, or at the
 * first request if that is earlier. The environment and the working directory are read now: the app may change both.
 */
export function infoCollector (options: CollectOptions): () => Promise<CollectedInfo> {
  const unchanged = { env: { ...process.env }, cwd: workingDirectory(), tmpdir: tmpdir() }
  let collected: Promise<CollectedInfo> | undefined
  const collect = async (): Promise<CollectedInfo> => await collectInfo(options, { ...currentSystem(), ...unchanged })
  return async () => await (collected ??= outsideRequests(collect))
}
