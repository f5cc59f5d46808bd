// A soak test: a real app with checks of all sorts receives hundreds of thousands of probes over real sockets, while
// checks hang, flip, and are removed and added. It prints its measurements, and exits with 1 after any violation.
//
//   node --import tsx test/soak/main.ts [--probes 200000] [--seconds 120] [--seed 1]
import { parseArgs } from 'node:util'
import { soak } from './soak.js'
import { print } from './summary.js'
import { judge } from './verdict.js'

const { values } = parseArgs({
  options: {
    probes: { type: 'string', default: '200000' },
    seconds: { type: 'string', default: '120' },
    seed: { type: 'string', default: '1' }
  }
})
const options = { probes: count('probes', 1_000), seconds: count('seconds', 30), seed: count('seed', 0) }
console.log(`soak test with ${options.probes} probes in at most ${options.seconds} s, seed ${options.seed}`)
const outcome = await soak(options)
judge(outcome)
print(outcome)
const isRight = outcome.violations.counts.size === 0
console.log(isRight ? 'no violations' : 'there were violations')
process.exitCode = isRight ? 0 : 1

function count (option: keyof typeof values, least: number): number {
  const value = Number(values[option])
  if (Number.isInteger(value) && value >= least) return value
  throw new Error(`--${option} must be a whole number from ${least}, got ${values[option]}`)
}
