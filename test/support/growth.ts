/** Makes a hostile input of about a length in characters. */
export type MakeInput = (length: number) => string

/** A parser under test. The value that it returns is not used. */
export type Parser = (input: string) => unknown

/** Each length is four times the length before: a linear parser takes 4 times as long, and a quadratic one 16 times. */
const LENGTHS = [250, 1_000, 4_000, 16_000, 64_000, 256_000]
const STEEPEST = 9

/** In milliseconds of CPU time. A shorter time says nothing about growth. */
const MEASURABLE_MS = 1
/** In milliseconds of CPU time. A longer time needs no comparison. */
const LONG_ENOUGH_MS = 2_000

const RUNS = 3
const ATTEMPTS = 4

/**
 * Returns a description of the growth if the time of a parser grows faster than its input, otherwise `undefined`.
 *
 * Compares CPU time, which other processes do not change, and takes the shortest of several runs. An input counts as
 * super-linear only if several attempts find the same.
 *
 * @param longest the length of the longest input, in characters
 */
export async function superLinearGrowth (
  parse: Parser, makeInput: MakeInput, longest = Infinity
): Promise<string | undefined> {
  const lengths = LENGTHS.filter((length) => length <= longest)
  let finding: string | undefined
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    finding = await measure(parse, makeInput, lengths)
    if (finding === undefined) return undefined
  }
  return finding
}

async function measure (
  parse: Parser, makeInput: MakeInput, lengths: readonly number[]
): Promise<string | undefined> {
  let before: number | undefined
  for (const length of lengths) {
    const input = makeInput(length)
    const took = await shortestMs(parse, input)
    if (before !== undefined && took > before * STEEPEST) {
      return `${took.toFixed(1)} ms for ${length} characters, ${before.toFixed(1)} ms for ${length / 4}`
    }
    if (took > LONG_ENOUGH_MS) return `${took.toFixed(1)} ms for ${length} characters`
    before = took < MEASURABLE_MS ? undefined : took
  }
  return undefined
}

/** The first run warms up; runs that are too short to measure are not repeated. */
async function shortestMs (parse: Parser, input: string): Promise<number> {
  let shortest = Infinity
  for (let run = 0; run < RUNS && shortest >= MEASURABLE_MS; run++) {
    const start = process.cpuUsage()
    await parse(input)
    const { user, system } = process.cpuUsage(start)
    shortest = Math.min(shortest, (user + system) / 1_000)
  }
  return shortest
}
