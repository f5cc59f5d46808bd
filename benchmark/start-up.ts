import { join } from 'node:path'
import { Child } from './child.js'
import { SERVER_CORE } from './cores.js'
import { spreadOf } from './statistics.js'
import type { Spread } from './statistics.js'

/**
 * A start-up to measure: `import` with names of packages, `register` with a plugin, a number of checks and its
 * observation, or `routes` for as many bare routes with HEAD as the plugin has.
 */
export type StartUp = readonly ['import' | 'register' | 'routes', ...string[]]

const PROGRAM = join(import.meta.dirname, 'contestants', 'start-up.js')

/** Measures the start-ups in turns, each in a new process. Returns milliseconds. */
export async function startUpTimes (all: readonly StartUp[], rounds: number): Promise<readonly Spread[]> {
  const times = all.map((): number[] => [])
  for (let round = 0; round < rounds; round++) {
    for (const [nth, startUp] of all.entries()) times[nth]?.push(await timeOf(startUp))
  }
  return times.map(spreadOf)
}

async function timeOf (startUp: StartUp): Promise<number> {
  const child = new Child(SERVER_CORE, [PROGRAM, ...startUp])
  const time = Number(await child.message())
  await child.end()
  return time
}
