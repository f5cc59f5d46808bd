import { errors } from '../errors.js'
import type { Check } from './check/check.js'
import type { Kind } from './kind.js'

/** A name in the registry: the kinds it answers for, and the check that is run for each. */
export interface Entry {
  readonly name: string
  readonly kinds: ReadonlySet<Kind>
  /** Every check that it has. */
  readonly checks: readonly Check[]
  /** Whether this is another service's health, which is not asked on behalf of a third. */
  readonly remote: boolean
  /** The check to run when a kind is asked for; `/health` asks for `health`, whatever kinds the entry has. */
  checkFor (kind: Kind): Check
}

/** A check of the app's own: the same function for every kind, so that it runs once per report. */
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

/** Another service's health: one check for all of it, and one for each kind that cascades to the service. */
export class RemoteEntry implements Entry {
  readonly name: string
  readonly kinds: ReadonlySet<Kind>
  readonly checks: readonly Check[]
  readonly remote = true
  readonly #whole: Check
  readonly #byKind: ReadonlyMap<Kind, Check>

  constructor (whole: Check, byKind: ReadonlyMap<Kind, Check>) {
    this.name = whole.name
    this.kinds = new Set(['health', ...byKind.keys()])
    this.checks = [whole, ...byKind.values()]
    this.#whole = whole
    this.#byKind = byKind
  }

  checkFor (kind: Kind): Check {
    return this.#byKind.get(kind) ?? this.#whole
  }
}

/** The checks of one instance by name, in the order in which they were added. */
export class Registry {
  readonly #entries = new Map<string, Entry>()
  /** Which entries have a kind: reports are made often, and changed seldom. */
  readonly #byKind = new Map<Kind, readonly Entry[]>()

  /** Puts an entry under its name. Throws when the name is taken. */
  add (entry: Entry): void {
    if (this.#entries.has(entry.name)) {
      throw new errors.NameTaken('check', entry.name, 'give this check another name, or remove the other one first')
    }
    this.#entries.set(entry.name, entry)
    this.#byKind.clear()
  }

  /** Has an entry answer for more kinds. */
  extend (entry: LocalEntry, kinds: readonly Kind[]): void {
    for (const kind of kinds) entry.kinds.add(kind)
    this.#byKind.clear()
  }

  get (name: string): Entry | undefined {
    return this.#entries.get(name)
  }

  /** Takes an entry out, and gives it; nothing when there is none of that name. */
  remove (name: string): Entry | undefined {
    const entry = this.#entries.get(name)
    this.#entries.delete(name)
    this.#byKind.clear()
    return entry
  }

  /** The entries that a report on a kind is made of: for `health` all there are. */
  of (kind: Kind): readonly Entry[] {
    const known = this.#byKind.get(kind)
    if (known !== undefined) return known
    const all = [...this.#entries.values()]
    const entries = kind === 'health' ? all : all.filter((entry) => entry.kinds.has(kind))
    this.#byKind.set(kind, entries)
    return entries
  }
}
