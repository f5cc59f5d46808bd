// The probes that are sent, and how often each.
import { CATALOGUE, CUSTOM_KINDS, DEFAULT_TIMEOUT_MS, LIFECYCLE } from './catalogue.js'
import type { Spec } from './catalogue.js'
import { assertSome } from './chance.js'
import type { Chance } from './chance.js'

/** One request, with what is asked about. */
export interface Probe {
  readonly method: 'GET' | 'HEAD'
  readonly path: string
  /** The kind that is asked for; `undefined` for one check. */
  readonly kind: string | undefined
  /** The checks that the answer is made of. */
  readonly members: readonly Spec[]
  /** Whether the state of the app itself counts. */
  readonly hasLifecycle: boolean
  /** Whether the answer shows its components. */
  readonly isVerbose: boolean
  /** Whether checks are left out. */
  readonly isPartial: boolean
  readonly isPeer: boolean
  /** The longest that its checks may take. */
  readonly timeoutMs: number
}

/** How a probe is varied. */
interface Variation {
  readonly method?: 'GET' | 'HEAD'
  readonly isVerbose?: boolean
  readonly exclude?: readonly Spec[]
  readonly isPeer?: boolean
}

const PREFIX = '/z/health'

/** How often each kind is asked for by those who do not want to wait. */
const QUICK: Readonly<Record<string, number>> = {
  liveness: 8, ping: 1, readiness: 8, startup: 3, thrown: 4, rejected: 3, garbage: 4, outage: 4, switched: 8, hung: 6, steady: 2, limited: 3
}

/** How many variations of its own each entry of a list gets. */
const VARIATIONS = 4

/** Probes that are mostly answered at once. */
export function quickProbes (chance: Chance): readonly Probe[] {
  const byKind = Object.entries(QUICK).flatMap(([kind, weight]) => repeat(weight * VARIATIONS, () => varied(kind, chance)))
  const names = CATALOGUE.filter((spec) => isQuick(spec)).flatMap((spec) => repeat(spec.isSwitch ? 8 : 2, () => ofCheck(spec, variationOf(chance))))
  return [...byKind, ...names, ...repeat(4, () => ofLifecycle()), ofUnknown()]
}

/** Probes that mostly have to wait for something. */
export function slowProbes (chance: Chance): readonly Probe[] {
  const kinds = ['health', 'late', 'stuck', 'stuck', 'flipping', 'transient', 'transient', 'steady']
  const byKind = kinds.flatMap((kind) => repeat(VARIATIONS * 2, () => varied(kind, chance)))
  const names = CATALOGUE.filter((spec) => !isQuick(spec)).flatMap((spec) => repeat(2, () => ofCheck(spec, variationOf(chance))))
  return [...byKind, ...names]
}

/** What a kubelet asks for. */
export function kubeletProbes (): readonly Probe[] {
  return ['liveness', 'readiness', 'startup', ...CUSTOM_KINDS].map((kind) => ofKind(kind, {}))
}

/** One check. */
export function ofCheck (spec: Spec, { method = 'GET', isPeer = false }: Variation): Probe {
  const path = `${PREFIX}/${spec.name}`
  return { method, path, kind: undefined, members: [spec], hasLifecycle: false, isVerbose: false, isPartial: false, isPeer, timeoutMs: spec.timeoutMs }
}

/** The checks of a kind: of all for `health`. */
export function ofKind (path: string, { method = 'GET', isVerbose = false, exclude = [], isPeer = false }: Variation): Probe {
  const kind = path === 'ping' ? 'liveness' : path
  const members = membersOf(kind).filter((spec) => !exclude.includes(spec))
  const query = [...(isVerbose && kind !== 'health' ? ['verbose'] : []), ...exclude.map(({ name }) => `exclude=${name}`)].join('&')
  return {
    method,
    path: `${kind === 'health' ? PREFIX : `${PREFIX}/${path}`}${query === '' ? '' : `?${query}`}`,
    kind,
    members,
    hasLifecycle: kind === 'health' || kind === 'readiness',
    isVerbose: isVerbose || kind === 'health',
    isPartial: exclude.length > 0,
    isPeer,
    timeoutMs: Math.max(DEFAULT_TIMEOUT_MS, ...members.map(({ timeoutMs }) => timeoutMs))
  }
}

/** The app's own state. */
function ofLifecycle (): Probe {
  return { method: 'GET', path: `${PREFIX}/${LIFECYCLE}`, kind: undefined, members: [], hasLifecycle: true, isVerbose: false, isPartial: false, isPeer: false, timeoutMs: DEFAULT_TIMEOUT_MS }
}

/** A name that no check has. */
function ofUnknown (): Probe {
  return { method: 'GET', path: `${PREFIX}/nobody`, kind: undefined, members: [], hasLifecycle: false, isVerbose: false, isPartial: false, isPeer: false, timeoutMs: DEFAULT_TIMEOUT_MS }
}

function membersOf (kind: string): readonly Spec[] {
  return kind === 'health' ? CATALOGUE : CATALOGUE.filter(({ kinds }) => kinds.includes(kind))
}

function varied (kind: string, chance: Chance): Probe {
  const variation = variationOf(chance)
  if (!chance.happens(0.3)) return ofKind(kind, variation)
  const members = membersOf(kind === 'ping' ? 'liveness' : kind)
  assertSome(members, `checks of kind ${kind}`)
  const exclude = chance.happens(0.3) ? members.filter(({ statuses }) => !statuses.includes('UP')) : members.filter(() => chance.happens(0.5))
  return ofKind(kind, { ...variation, exclude })
}

function variationOf (chance: Chance): Variation {
  return { method: chance.happens(0.05) ? 'HEAD' : 'GET', isVerbose: chance.happens(0.1), isPeer: chance.happens(0.05) }
}

function isQuick ({ kinds }: Spec): boolean {
  return kinds.some((kind) => kind in QUICK)
}

function repeat <T> (count: number, make: () => T): T[] {
  return Array.from({ length: count }, make)
}
