/** A shorter beginning is shared by too many names. */
const SHORTEST_BEGINNING = 4
/** In a name of this length or shorter, two edits leave too little. */
const LONGEST_WITH_ONE_EDIT = 5
/** Longer than any known name. A hostile name of a megabyte is not read to its end. */
const MOST_READ = 200

/**
 * Returns the known name that an unknown name resembles most, or `undefined`. Two names resemble each other if one
 * begins with the whole other (at least four letters), or if they differ by at most two edits: a letter added, removed,
 * replaced, or swapped with the next letter. A known name of up to five letters allows only one edit. Ignores case.
 *
 * @example
 * suggest('chekcs', ['checks', 'kinds']) // 'checks'
 * suggest('authentication', ['auth']) // 'auth'
 */
export function suggest (name: string, known: Iterable<string>): string | undefined {
  const beginning = name.slice(0, MOST_READ).toLowerCase()
  let best: string | undefined
  let fewest = Infinity
  for (const candidate of known) {
    const difference = differenceOf(beginning, candidate.toLowerCase())
    if (difference < fewest) {
      best = candidate
      fewest = difference
    }
  }
  return best
}

/**
 * Returns the end of a message, which suggests the known name that an unknown value resembles. Returns an empty text
 * without such a name.
 *
 * @example
 * `unknown kind${didYouMean('readyness', kinds)}` // unknown kind (did you mean "readiness"?)
 */
export function didYouMean (name: unknown, known: Iterable<string>): string {
  const suggestion = typeof name === 'string' ? suggest(name, known) : undefined
  return suggestion === undefined ? '' : ` (did you mean "${suggestion}"?)`
}

/** Returns the number of edits, or 3 for a common beginning, or `Infinity` if the names do not resemble each other. */
function differenceOf (name: string, known: string): number {
  const most = known.length <= LONGEST_WITH_ONE_EDIT ? 1 : 2
  const edits = Math.abs(name.length - known.length) <= most ? editsBetween(name, known) : Infinity
  if (edits <= most) return edits
  const isBeginning = name.startsWith(known) || known.startsWith(name)
  return isBeginning && Math.min(name.length, known.length) >= SHORTEST_BEGINNING ? most + 1 : Infinity
}

/** Counts the edits between two names: the optimal string alignment distance. */
function editsBetween (left: string, right: string): number {
  const rows: number[][] = []
  const at = (row: number, column: number): number => rows[row]?.[column] ?? Math.max(row, column)
  for (let row = 1; row <= left.length; row++) {
    const edits = rows[row] = [row]
    for (let column = 1; column <= right.length; column++) {
      const replaced = at(row - 1, column - 1) + (left[row - 1] === right[column - 1] ? 0 : 1)
      const isSwap = row > 1 && column > 1 && left[row - 1] === right[column - 2] && left[row - 2] === right[column - 1]
      const swapped = isSwap ? at(row - 2, column - 2) + 1 : Infinity
      edits[column] = Math.min(at(row - 1, column) + 1, at(row, column - 1) + 1, replaced, swapped)
    }
  }
  return at(left.length, right.length)
}
