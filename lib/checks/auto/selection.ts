import { refuse } from '../../base/rules.js'
import { suggest } from '../../base/suggest.js'
import { redactAndTruncate } from '../../base/truncate.js'
import type { Kind } from '../../health/kind.js'
import { RECOGNIZERS } from './recognize/index.js'
import { UPSTREAM } from './upstreams.js'

/** The option `autoChecks` after validation: the kinds of all checks, or a selection. */
export type AutoChecksSettings = readonly Kind[] | AutoChecksSelection

/** The selection of `autoChecks`, by the name or the type of a client. */
export interface AutoChecksSelection {
  /** `undefined` means all. */
  readonly include: readonly string[] | undefined
  readonly exclude: readonly string[]
  /** The kinds of a client that `byName` does not list. */
  readonly kinds: readonly Kind[]
  readonly byName: readonly (readonly [string, readonly Kind[]])[]
}

/** A client or an upstream, by all its names. */
export interface Selectable {
  /** The name of its check. */
  readonly name: string
  readonly path: string
  readonly type: string
}

/** Selects the checks to add. */
export class Selection {
  readonly #selection: AutoChecksSelection
  readonly #byName: ReadonlyMap<string, readonly Kind[]>

  constructor (settings: AutoChecksSettings) {
    this.#selection = 'byName' in settings
      ? settings
      : { include: undefined, exclude: [], kinds: settings, byName: [] }
    this.#byName = new Map(this.#selection.byName)
  }

  has (found: Selectable): boolean {
    const { include, exclude } = this.#selection
    const names = namesOf(found)
    return (include?.some((name) => names.includes(name)) ?? true) && !exclude.some((name) => names.includes(name))
  }

  /** Returns the kinds of a check. The most exact name counts. */
  kindsOf (found: Selectable): readonly Kind[] {
    const own = namesOf(found).map((name) => this.#byName.get(name))
    return own.find((kinds) => kinds !== undefined) ?? this.#selection.kinds
  }

  /**
   * Returns the options that select no client, with their values.
   *
   * @throws FST_MANAGEMENT_OPTION_INVALID if such a value resembles the name of a client: a typo must not add a check
   * to a wrong kind, or leave it out
   */
  unused (all: readonly Selectable[]): Readonly<Record<string, string>> {
    const names = new Set(all.flatMap(namesOf))
    const known = [...names, ...RECOGNIZERS.map(({ type }) => type), UPSTREAM]
    const unused = this.#entries().filter(([, name]) => !names.has(name))
    for (const [option, name] of unused) {
      const similar = known.includes(name) ? undefined : suggest(name, known)
      if (similar === undefined || withoutDigits(similar) === withoutDigits(name)) continue
      refuse(name, option, `the name of a client: autoChecks found ${listOf(names)} (did you mean "${similar}"?)`)
    }
    return Object.fromEntries(unused.map(([option, name]) => [option, redactAndTruncate(name, 60)]))
  }

  #entries (): readonly (readonly [option: string, name: string])[] {
    const { include = [], exclude, byName } = this.#selection
    return [
      ...include.map((name, index) => [`autoChecks.include[${index}]`, name] as const),
      ...exclude.map((name, index) => [`autoChecks.exclude[${index}]`, name] as const),
      ...byName.map(([name]) => [`autoChecks.kinds.${redactAndTruncate(name, 60)}`, name] as const)
    ]
  }
}

/** Lists the names of a client, the most exact first: `postgres.users`, `pg.users`, `postgres`, `pg`. */
function namesOf ({ name, path, type }: Selectable): readonly string[] {
  return [name, path, ...beginningsOf(name), ...beginningsOf(path), type]
}

function beginningsOf (name: string): readonly string[] {
  const words = name.split('.')
  return words.slice(1).map((_word, index) => words.slice(0, index + 1).join('.')).reverse()
}

/** `db1` and `db2` are two names, and not a typo. */
function withoutDigits (name: string): string {
  return name.replace(/\d/g, '')
}

function listOf (names: ReadonlySet<string>): string {
  return names.size === 0 ? 'none' : redactAndTruncate([...names].join(', '), 300)
}
