/** The number of digits up to which a bigint is converted: the time of a conversion grows faster than the digits. */
const MOST_DIGITS = 100
const LIMIT = 10n ** BigInt(MOST_DIGITS)

/** Converts a bigint to text, unless it has more than 100 digits. */
export function bigIntText (value: bigint): string {
  return value > -LIMIT && value < LIMIT ? String(value) : `a bigint of more than ${MOST_DIGITS} digits`
}
