import { join } from 'node:path'
import { Child } from './child.js'
import { SERVER_CORE } from './cores.js'
import { spreadOf } from './statistics.js'
import type { Spread } from './statistics.js'

/** What is started: `import` with the names of packages, or `register` with a plugin and how many checks it is given. */
export type StartUp = readonly ['import' | 'register', ...string[]]

const PROGRAM = join(import.meta.dirname, 'contestants', 'start-up.js')

/** How long each takes in a new process, in milliseconds. They take turns. */
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
