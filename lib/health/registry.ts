import { errors } from '../errors.js'
import type { Check } from './check/check.js'
import { ALL_CHECKS } from './kind.js'
import type { Kind } from './kind.js'

/** A name in the registry, with its kinds and the check to run for each kind. */
export interface Entry {
  readonly name: string
  readonly kinds: ReadonlySet<Kind>
  /** All checks of this entry. */
  readonly checks: readonly Check[]
  /** True for the health of another service. A report for a peer does not request it. */
  readonly remote: boolean
  /** Returns the check to run for a report on a kind. The kind may be `ALL_CHECKS` although the entry lacks it. */
  checkFor (kind: Kind): Check
}

/** A check of the app. All kinds share one function, so it runs once per report. */
export class LocalEntry implements Entry {
  readonly name: string
  readonly kinds: Set<Kind>
  readonly checks: readonly Check[]
  readonly remote = false
  readonly check: Check

  constructor (check: Check, kinds: Iterable<Kind>) {
    this.name = check.name
    this.kinds = new Set(kinds)
    this.checks = [check]
    this.check = check
  }

  checkFor (): Check {
    return this.check
  }
}

/** The health of another service: one check for its `/health`, and one for each kind in the option `cascade`. */
export class RemoteEntry implements Entry {
  readonly name: string
  readonly kinds: ReadonlySet<Kind>
  readonly checks: readonly Check[]
  readonly remote = true
  readonly #health: Check
  readonly #byKind: ReadonlyMap<Kind, Check>

  constructor (health: Check, byKind: ReadonlyMap<Kind, Check>) {
    this.name = health.name
    this.kinds = new Set([ALL_CHECKS, ...byKind.keys()])
    this.checks = [health, ...byKind.values()]
    this.#health = health
    this.#byKind = byKind
  }

  checkFor (kind: Kind): Check {
    return this.#byKind.get(kind) ?? this.#health
  }
}

/** The checks of one instance by name, in the order of their addition. */
export class Registry {
  readonly #entries = new Map<string, Entry>()
  /** Caches the entries of each kind: probes request reports often, and entries rarely change. */
  readonly #byKind = new Map<Kind, readonly Entry[]>()
  /** Caches the entries of the kind startup, which every report reads. */
  #startupEntries: readonly Entry[] | undefined

  /** Adds an entry under its name. Throws if another entry than `replaced` has the name. */
  add (entry: Entry, replaced?: Entry): void {
    if (this.#entries.get(entry.name) !== replaced) {
      throw new errors.NameTaken('check', entry.name, 'give this check another name, or remove the other one first')
    }
    this.#entries.set(entry.name, entry)
    this.#forgetKinds()
  }

  /** Adds kinds to an entry. */
  extend (entry: LocalEntry, kinds: readonly Kind[]): void {
    for (const kind of kinds) entry.kinds.add(kind)
    this.#forgetKinds()
  }

  get (name: string): Entry | undefined {
    return this.#entries.get(name)
  }

  /** Removes an entry and returns it, or `undefined` if the name is unknown. */
  remove (name: string): Entry | undefined {
    const entry = this.#entries.get(name)
    this.#entries.delete(name)
    this.#forgetKinds()
    return entry
  }

  /** Returns the entries of a report on a kind. `ALL_CHECKS` returns all entries. */
  of (kind: Kind): readonly Entry[] {
    const known = this.#byKind.get(kind)
    if (known !== undefined) return known
    const all = [...this.#entries.values()]
    const entries = kind === ALL_CHECKS ? all : all.filter((entry) => entry.kinds.has(kind))
    this.#byKind.set(kind, entries)
    return entries
  }

  get startupEntries (): readonly Entry[] {
    this.#startupEntries ??= this.of('startup')
    return this.#startupEntries
  }

  #forgetKinds (): void {
    this.#byKind.clear()
    this.#startupEntries = undefined
  }
}
