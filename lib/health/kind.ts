import { describe } from '../base/describe.js'
import { errors } from '../errors.js'

/** The kinds that always exist: Kubernetes' three probes, and `health` for a check that only `/health` shows. */
export const BUILT_IN_KINDS = ['liveness', 'readiness', 'startup', 'health'] as const

export type BuiltInKind = typeof BUILT_IN_KINDS[number]

/** Which probe a check answers for: a built-in kind, or one of the option `kinds`. */
export type Kind = BuiltInKind | (string & Record<never, never>)

const LONGEST_NAME = 100
const NAME = /^[a-z0-9][\w.-]*$/i
const NAME_EXPECTED = `1 to ${LONGEST_NAME} letters, digits, ".", "_" or "-", starting with a letter or a digit`

/** Paths under `/health/` that are taken, so that no check and no kind can have their names. */
const RESERVED_NAMES: readonly string[] = ['ping', 'lifecycle']

/** The kinds of one instance, and the rules on names that follow from them. */
export class Kinds {
  readonly #kinds: ReadonlySet<string>

  constructor (custom: readonly string[] = []) {
    for (const kind of custom) assertNameIsFree('kind', kind, [...BUILT_IN_KINDS, ...RESERVED_NAMES])
    this.#kinds = new Set([...BUILT_IN_KINDS, ...custom])
  }

  [Symbol.iterator] (): IterableIterator<string> {
    return this.#kinds.values()
  }

  /** Throws for a kind that does not exist, or for none at all: a typo must not make a check that nobody probes. */
  assertKnown (kinds: readonly unknown[]): asserts kinds is readonly Kind[] {
    if (kinds.length === 0) throw this.#unknown(kinds)
    for (const kind of kinds) {
      if (typeof kind !== 'string' || !this.#kinds.has(kind)) throw this.#unknown(kind)
    }
  }

  /** Throws for a name that no check can have, because it could not be reached as `/health/NAME`. */
  assertCheckName (name: unknown): asserts name is string {
    assertNameIsFree('check', name, [...this.#kinds, ...RESERVED_NAMES])
  }

  #unknown (kind: unknown): Error {
    return new errors.KindUnknown(describe(kind), [...this.#kinds].join(', '))
  }
}

export function assertName (what: string, name: unknown): asserts name is string {
  if (typeof name === 'string' && name.length <= LONGEST_NAME && NAME.test(name)) return
  throw new errors.NameInvalid(what, NAME_EXPECTED, describe(name))
}

/** Without regard to case, as the app may route so. */
function assertNameIsFree (what: string, name: unknown, reserved: readonly string[]): asserts name is string {
  assertName(what, name)
  if (!reserved.some((taken) => taken.toLowerCase() === name.toLowerCase())) return
  throw new errors.NameInvalid(what, `none of ${reserved.join(', ')}, which are paths of their own`, describe(name))
}
