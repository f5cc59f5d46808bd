import { join } from 'node:path'
import { Child } from './child.js'
import { SERVER_CORE } from './cores.js'
import { spreadOf } from './statistics.js'
import type { Spread } from './statistics.js'

const PROGRAM = join(import.meta.dirname, 'contestants', 'in-memory.js')
const ROUNDS = 60
const AMOUNT = 2_000

/** Returns the ratio of a liveness probe to a bare route, each pass in a new process. */
export async function inMemoryRatios (passes: number): Promise<Spread> {
  const ratios: number[] = []
  for (let pass = 0; pass < passes; pass++) {
    const child = new Child(SERVER_CORE, [PROGRAM, String(ROUNDS), String(AMOUNT)])
    ratios.push(...await child.message() as number[])
    await child.end()
  }
  return spreadOf(ratios)
}
