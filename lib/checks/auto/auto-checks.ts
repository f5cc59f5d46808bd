import type { CheckOptions } from '../../health/check/options.js'
import type { HealthEngine } from '../../health/engine.js'
import { ALL_CHECKS } from '../../health/kind.js'
import type { Kind, Kinds } from '../../health/kind.js'
import { reasonOf } from '../../base/describe.js'
import { redactAndTruncate } from '../../base/truncate.js'
import { findClients } from './find-clients.js'
import type { Doubt, FoundClient } from './find-clients.js'
import { withFreeNames } from './free-names.js'
import type { MakeCheck } from './recognizer.js'
import { RECOGNIZERS } from './recognize/index.js'
import { placeOf } from './scopes.js'
import type { Scope } from './scopes.js'
import { Selection } from './selection.js'
import type { AutoChecksSettings, Selectable } from './selection.js'
import { findUpstreams, UPSTREAM } from './upstreams.js'
import type { FoundUpstream } from './upstreams.js'

/** A client or an upstream that may get a check. */
interface Target extends Selectable {
  readonly client: object
  readonly places: string[]
  readonly load: () => Promise<MakeCheck>
}

/** A check that was added, for the log. */
interface AddedCheck {
  readonly check: string
  readonly type: string
  /** The decorators that contain the client, with their scopes. */
  readonly at: readonly string[]
  readonly kinds: readonly Kind[]
}

/** The results of adding the checks. */
interface Result {
  readonly added: readonly AddedCheck[]
  /** The names under which the app has its own check. */
  readonly taken: readonly string[]
  readonly doubts: readonly Doubt[]
}

/** A proxy has many requests that would show a failure, so its target is checked rarely. */
const UPSTREAM_INTERVAL_MS = 10_000

/** The checks for the clients and the upstreams of an app. */
export class AutoChecks {
  readonly #selection: Selection
  readonly #targets: readonly Target[]
  readonly #doubts: readonly Doubt[]
  /** The options that select no client. */
  readonly unused: Readonly<Record<string, string>>

  private constructor (selection: Selection, targets: readonly Target[], doubts: readonly Doubt[]) {
    this.#selection = selection
    this.#targets = targets
    this.#doubts = doubts
    this.unused = selection.unused(targets)
  }

  /**
   * Looks for clients in the scopes.
   *
   * @throws FST_MANAGEMENT_OPTION_INVALID if a name in the options is mistyped
   */
  static async find (scopes: readonly Scope[], kinds: Kinds, settings: AutoChecksSettings): Promise<AutoChecks> {
    const clients: Candidate[] = []
    const doubts: Doubt[] = []
    for (const scope of scopes) {
      const findings = await findClients(scope.instance)
      clients.push(...findings.clients.map((found) => targetOf(found, scope)))
      doubts.push(...findings.doubts.map(({ path, reason }) => ({ path: whereIs(path, scope), reason })))
    }
    const proxies = findUpstreams(scopes)
    const targets = [...withoutShared(inOrder(clients)), ...upstreamTargets(proxies.upstreams)]
    return new AutoChecks(new Selection(settings), withFreeNames(targets, kinds), [...doubts, ...proxies.doubts])
  }

  /** The names of all checks, selected or not. */
  get names (): readonly string[] {
    return this.#targets.map(({ name }) => name)
  }

  /** Adds the selected checks, except under names that the app has used for its own checks. */
  async addTo (engine: HealthEngine, defaults: CheckOptions): Promise<Result> {
    const added: AddedCheck[] = []
    const taken: string[] = []
    const doubts = [...this.#doubts]
    for (const target of this.#targets.filter((target) => this.#selection.has(target))) {
      const { name, type, places, client, load } = target
      const isUpstream = type === UPSTREAM
      const kinds = isUpstream ? [ALL_CHECKS] : this.#selection.kindsOf(target)
      const options = isUpstream ? { interval: defaults.interval ?? UPSTREAM_INTERVAL_MS } : {}
      const make = await load()
      try {
        if (engine.addAutomatic(kinds, name, () => make(client), options)) {
          added.push({ check: name, type, at: places, kinds })
        } else taken.push(name)
      } catch (error) {
        doubts.push({ path: places.join(', '), reason: reasonOf(error) })
      }
    }
    return { added, taken, doubts }
  }
}

type Candidate = Target & { readonly found: FoundClient }

function targetOf (found: FoundClient, scope: Scope): Candidate {
  const { recognizer: { type, load }, client, path, name } = found
  return { name, path, type, client, load, places: [whereIs(path, scope)], found }
}

function whereIs (path: string, scope: Scope): string {
  return redactAndTruncate(`fastify.${path} of ${placeOf(scope)}`, 200)
}

/** Sorts clients by the order of their recognizers, and leaves the order of the clients of one type. */
function inOrder (clients: readonly Candidate[]): readonly Candidate[] {
  return RECOGNIZERS.flatMap((recognizer) => clients.filter(({ found }) => found.recognizer === recognizer))
}

/** Lists clients that share their connections once: the first of them, with the places of all. */
function withoutShared (clients: readonly Candidate[]): readonly Target[] {
  const seen = new Map<unknown, Target>()
  const all: Target[] = []
  for (const target of clients) {
    const { recognizer, client } = target.found
    const parts = [client, ...recognizer.parts?.(client) ?? []].filter((part) => part !== undefined)
    const first = parts.map((part) => seen.get(part)).find((known) => known !== undefined)
    if (first === undefined) all.push(target)
    else first.places.push(...target.places.filter((place) => !first.places.includes(place)))
    for (const part of parts) seen.set(part, first ?? target)
  }
  return all
}

/** Makes one target for each origin: proxies with the same origin share its requests. */
function upstreamTargets (upstreams: readonly FoundUpstream[]): readonly Target[] {
  const targets = new Map<string, Target>()
  for (const { origin, name, path } of upstreams) {
    const known = targets.get(origin)
    const target = { name, path: UPSTREAM, type: UPSTREAM, client: new URL(origin), places: [path], load: loadUpstream }
    if (known === undefined) targets.set(origin, target)
    else known.places.push(path)
  }
  return [...targets.values()]
}

async function loadUpstream (): Promise<MakeCheck> {
  const { upstream } = await import('../network/upstream.js')
  return (url) => upstream(url as URL)
}
