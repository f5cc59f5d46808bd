// The probes of each lane, and their weights.
import { CATALOGUE, CUSTOM_KINDS, DEFAULT_TIMEOUT_MS, LIFECYCLE } from './catalogue.js'
import type { Spec } from './catalogue.js'
import { assertSome } from './chance.js'
import type { Chance } from './chance.js'

/** A request, with the checks that its answer depends on. */
export interface Probe {
  readonly method: 'GET' | 'HEAD'
  readonly path: string
  /** The requested kind; `undefined` for a single check. */
  readonly kind: string | undefined
  /** The checks in the answer. */
  readonly members: readonly Spec[]
  /** Whether the lifecycle affects the status. */
  readonly hasLifecycle: boolean
  /** Whether the answer shows its components. */
  readonly isVerbose: boolean
  /** Whether checks are excluded. */
  readonly isPartial: boolean
  readonly isPeer: boolean
  /** The longest timeout of its checks. */
  readonly timeoutMs: number
}

/** Variants of a probe. */
interface Variation {
  readonly method?: 'GET' | 'HEAD'
  readonly isVerbose?: boolean
  readonly exclude?: readonly Spec[]
  readonly isPeer?: boolean
}

const PREFIX = '/z/health'

/** The weight of each kind among the quick probes. */
const QUICK: Readonly<Record<string, number>> = {
  liveness: 8,
  ping: 1,
  readiness: 8,
  startup: 3,
  thrown: 4,
  rejected: 3,
  garbage: 4,
  outage: 4,
  switched: 8,
  hung: 6,
  steady: 2,
  limited: 3
}

/** The number of random variants per entry of a list. */
const VARIATIONS = 4

/** Returns probes that are mostly answered at once. */
export function quickProbes (chance: Chance): readonly Probe[] {
  const byKind = Object.entries(QUICK).flatMap(([kind, weight]) => repeat(
    weight * VARIATIONS,
    () => varied(kind, chance)
  ))
  const names = CATALOGUE.filter((spec) => isQuick(spec)).flatMap((spec) => {
    return repeat(spec.isSwitch ? 8 : 2, () => ofCheck(spec, variationOf(chance)))
  })
  return [...byKind, ...names, ...repeat(4, () => ofLifecycle()), ofUnknown()]
}

/** Returns probes that mostly wait for a run. */
export function slowProbes (chance: Chance): readonly Probe[] {
  const kinds = ['health', 'late', 'stuck', 'stuck', 'flipping', 'transient', 'transient', 'steady']
  const byKind = kinds.flatMap((kind) => repeat(VARIATIONS * 2, () => varied(kind, chance)))
  const names = CATALOGUE.filter((spec) => !isQuick(spec)).flatMap((spec) => {
    return repeat(2, () => ofCheck(spec, variationOf(chance)))
  })
  return [...byKind, ...names]
}

/** Returns the probes that a kubelet would send. */
export function kubeletProbes (): readonly Probe[] {
  return ['liveness', 'readiness', 'startup', ...CUSTOM_KINDS].map((kind) => ofKind(kind, {}))
}

const SINGLE = {
  method: 'GET',
  kind: undefined,
  members: [],
  hasLifecycle: false,
  isVerbose: false,
  isPartial: false,
  isPeer: false,
  timeoutMs: DEFAULT_TIMEOUT_MS
} as const

/** Returns a probe for one check. */
export function ofCheck (spec: Spec, { method = 'GET', isPeer = false }: Variation): Probe {
  const { name, timeoutMs } = spec
  return { ...SINGLE, method, path: `${PREFIX}/${name}`, members: [spec], isPeer, timeoutMs }
}

/** Returns a probe for the checks of a kind. `health` includes all checks. */
export function ofKind (path: string, variation: Variation): Probe {
  const { method = 'GET', isVerbose = false, exclude = [], isPeer = false } = variation
  const kind = path === 'ping' ? 'liveness' : path
  const members = membersOf(kind).filter((spec) => !exclude.includes(spec))
  const verbose = isVerbose && kind !== 'health' ? ['verbose'] : []
  const query = [...verbose, ...exclude.map(({ name }) => `exclude=${name}`)].join('&')
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

/** Returns a probe for the lifecycle. */
function ofLifecycle (): Probe {
  return { ...SINGLE, path: `${PREFIX}/${LIFECYCLE}`, hasLifecycle: true }
}

/** Returns a probe for a name that no check has. */
function ofUnknown (): Probe {
  return { ...SINGLE, path: `${PREFIX}/nobody` }
}

function membersOf (kind: string): readonly Spec[] {
  return kind === 'health' ? CATALOGUE : CATALOGUE.filter(({ kinds }) => kinds.includes(kind))
}

function varied (kind: string, chance: Chance): Probe {
  const variation = variationOf(chance)
  if (!chance.happens(0.3)) return ofKind(kind, variation)
  const members = membersOf(kind === 'ping' ? 'liveness' : kind)
  assertSome(members, `checks of kind ${kind}`)
  const exclude = chance.happens(0.3)
    ? members.filter(({ statuses }) => !statuses.includes('UP'))
    : members.filter(() => chance.happens(0.5))
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
