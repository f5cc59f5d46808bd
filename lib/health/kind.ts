import { describe } from '../base/describe.js'
import { didYouMean } from '../base/suggest.js'
import { errors } from '../errors.js'

/** The kinds that always exist: Kubernetes' three probes, and `health` for checks that only `/health` contains. */
export const BUILT_IN_KINDS = ['liveness', 'readiness', 'startup', 'health'] as const

/**
 * A kind that always exists.
 *
 * @see `docs/checks.md#kinds`
 */
export type BuiltInKind = typeof BUILT_IN_KINDS[number]

/** A report on this kind contains the checks of all kinds. */
export const ALL_CHECKS = 'health' as const satisfies BuiltInKind

/**
 * The custom kinds of the app, for TypeScript: add a key for each entry of the option `kinds`.
 *
 * @example
 * declare module 'fastify-management-endpoints' {
 *   interface CustomKinds { replication: true }
 * }
 * @see `docs/typescript.md`
 */
// eslint-disable-next-line @typescript-eslint/no-empty-object-type -- apps add the keys
export interface CustomKinds {}

/**
 * A custom kind: a key of `CustomKinds`.
 *
 * @see `docs/checks.md#custom-kinds`
 */
export type CustomKind = keyof CustomKinds & string

/**
 * The probe that a check belongs to: a built-in kind, or a custom kind.
 *
 * @example 'readiness'
 * @see `docs/checks.md#kinds`
 */
// eslint-disable-next-line @typescript-eslint/no-redundant-type-constituents -- the tests allow any text
export type Kind = BuiltInKind | CustomKind

/** The formats that a custom kind can have instead of this package's own. */
export const KIND_FORMATS = ['terminus'] as const

/**
 * A format of another package, in which the probe of a custom kind answers.
 *
 * @see `docs/formats.md#nestjsterminus`
 */
export type KindFormat = typeof KIND_FORMATS[number]

/**
 * A custom kind whose probe answers in another format.
 *
 * @see `docs/formats.md#nestjsterminus`
 */
export interface KindOption {
  /**
   * The name of the kind, a key of `CustomKinds`.
   *
   * @example { name: 'ready' }
   * @see `docs/checks.md#custom-kinds`
   */
  readonly name: CustomKind
  /**
   * The format of the answer; `terminus` is the format of Nest's terminus.
   *
   * @default the format of all other probes
   * @example { name: 'ready', format: 'terminus' }
   * @see `docs/formats.md#nestjsterminus`
   */
  readonly format?: KindFormat | undefined
}

/** The same as `KindOption`, before the name is validated. */
export interface NamedKind {
  readonly name: string
  readonly format?: KindFormat | undefined
}

const LONGEST_NAME = 100
const NAME = /^[a-z0-9][\w.-]*$/i
const NAME_EXPECTED = `1 to ${LONGEST_NAME} letters, digits, ".", "_" or "-", starting with a letter or a digit`

/** Paths under `/health/` with a meaning of their own: no check and no kind can have these names. */
const RESERVED_NAMES: readonly string[] = ['ping', 'lifecycle']

/** Names that no check can have, by the same names in lower case. */
type ReservedNames = ReadonlyMap<string, string>

/** The kinds of one instance. Validates kinds and the names of checks. */
export class Kinds {
  readonly #kinds = new Set<Kind>(BUILT_IN_KINDS)
  readonly #formats = new Map<Kind, KindFormat>()
  readonly #reserved: ReservedNames

  /** Throws for an invalid name, and for a name in the list that an object in the list has too. */
  constructor (custom: readonly (string | NamedKind)[] = []) {
    const named = new Set<string>()
    for (const entry of custom) {
      const { name, format } = typeof entry === 'string' ? { name: entry } : entry
      assertCustomKind(name)
      if (typeof entry === 'string' ? named.has(name) : this.#kinds.has(name)) {
        throw new errors.NameTaken('kind', name, 'list each kind once in the option "kinds"')
      }
      if (typeof entry !== 'string') named.add(name)
      if (format !== undefined) this.#formats.set(name, format)
      this.#kinds.add(name)
    }
    this.#reserved = reservedNames(this.#kinds)
  }

  [Symbol.iterator] (): IterableIterator<Kind> {
    return this.#kinds.values()
  }

  /** The kinds with another format. They report the lifecycle as readiness does: old clients have no other probe. */
  get withFormat (): readonly Kind[] {
    return [...this.#formats.keys()]
  }

  /** Returns the format of a kind, or `undefined` for this package's own. */
  formatOf (kind: Kind): KindFormat | undefined {
    return this.#formats.get(kind)
  }

  /** Throws for an unknown kind and for an empty list: a typo must not add a check that no probe runs. */
  assertKnown (kinds: readonly unknown[]): asserts kinds is readonly Kind[] {
    if (kinds.length === 0) throw this.#unknown(kinds)
    for (const kind of kinds) {
      if (!this.#isKnown(kind)) throw this.#unknown(kind)
    }
  }

  /** Throws for a name that `/health/NAME` could not serve. */
  assertCheckName (name: unknown): asserts name is string {
    assertNameIsFree('check', name, this.#reserved)
  }

  #isKnown (kind: unknown): kind is Kind {
    const kinds: ReadonlySet<unknown> = this.#kinds
    return kinds.has(kind)
  }

  #unknown (kind: unknown): Error {
    return new errors.KindUnknown(describe(kind) + didYouMean(kind, this.#kinds), [...this.#kinds].join(', '))
  }
}

export function assertName (what: string, name: unknown): asserts name is string {
  if (typeof name === 'string' && name.length <= LONGEST_NAME && NAME.test(name)) return
  throw new errors.NameInvalid(what, NAME_EXPECTED, describe(name))
}

/** TypeScript knows the names of custom kinds from `CustomKinds`, and JavaScript may use any name. */
function assertCustomKind (name: string): asserts name is CustomKind {
  assertNameIsFree('kind', name, reservedNames(BUILT_IN_KINDS))
}

/** Ignores case, because the app's router may ignore it too. */
function assertNameIsFree (what: string, name: unknown, reserved: ReservedNames): asserts name is string {
  assertName(what, name)
  if (!reserved.has(name.toLowerCase())) return
  const names = [...reserved.values()].join(', ')
  throw new errors.NameInvalid(what, `none of ${names}, which are paths of their own`, describe(name))
}

function reservedNames (kinds: Iterable<string>): ReservedNames {
  return new Map([...kinds, ...RESERVED_NAMES].map((name) => [name.toLowerCase(), name]))
}
