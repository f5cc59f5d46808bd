// Describes every check of the app as data. The app creates the checks, and the client derives the right answers.
import type { CheckOptions, Kind, Status } from '../../lib/index.js'

/** The name of a check's behaviour; see `behaviours.ts`. */
export type Sort = keyof typeof TRAITS

/** The visible properties of a check. */
export interface Spec {
  readonly name: string
  readonly sort: Sort
  readonly kinds: readonly [Kind, ...Kind[]]
  readonly options: CheckOptions
  readonly timeoutMs: number
  /** The statuses that reports may show, for any timing. */
  readonly statuses: readonly Status[]
  /** Matches `details.error` of a failure. */
  readonly error: RegExp
  /** The greatest age of the shown run, in milliseconds; `undefined` if a threshold or startup keeps old runs. */
  readonly maxAgeMs: number | undefined
  /** Whether the check is removed and added again while probes are under way. */
  readonly isTransient: boolean
  /** Whether the client can break and mend the check. */
  readonly isSwitch: boolean
}

export const DEFAULT_TIMEOUT_MS = 150
const DEFAULT_MAX_BACKOFF_MS = 60_000

/** When a call ends. `late` is after the timeout; `sometimes` means that only some calls end in time. */
type Ends = 'in time' | 'late' | 'never' | 'sometimes'

interface Traits {
  /** The possible statuses of its runs. */
  readonly statuses: readonly Status[]
  /** Matches the error of a failure. */
  readonly error?: RegExp
  readonly ends?: Ends
}

const UP: Traits = { statuses: ['UP'] }
const LATE: Traits = { statuses: ['DOWN'], ends: 'late' }
const NEVER: Traits = { statuses: ['DOWN'], ends: 'never' }
const SWITCH: Traits = { statuses: ['UP', 'DOWN'], error: /^the check returned false$/ }

/** The right results for each sort of check. */
export const TRAITS = {
  nothing: UP,
  true: UP,
  object: UP,
  parts: UP,
  async: UP,
  slow: UP,
  thenable: UP,
  obeys: UP,
  logs: UP,
  degraded: { statuses: ['DEGRADED'] },
  'out-of-service': { statuses: ['OUT_OF_SERVICE'] },
  throws: { statuses: ['DOWN'], error: /^thrown$/ },
  rejects: { statuses: ['DOWN'], error: /^rejected$/ },
  'rejects-slowly': { statuses: ['DOWN'], error: /^rejected slowly$/ },
  false: { statuses: ['DOWN'], error: /^the check returned false$/ },
  number: { statuses: ['DOWN'], error: /^the check returned the number 0, expected/ },
  null: { statuses: ['DOWN'], error: /^the check returned null, expected/ },
  rows: { statuses: ['DOWN'], error: /^the check returned an object whose status is undefined, expected/ },
  response: {
    statuses: ['DOWN'],
    error: /^the check returned an object of class Answer whose status is the number 200, expected/
  },
  hangs: NEVER,
  'hangs-looking': NEVER,
  'hangs-obediently': LATE,
  'late-pass': LATE,
  'late-fail': LATE,
  'late-reject': LATE,
  flip: { statuses: ['UP', 'DOWN'], error: /^the check returned false$/ },
  'flip-async': { statuses: ['UP', 'DOWN', 'DEGRADED'], error: /^flipped$/ },
  'flip-hang': { statuses: ['UP', 'DOWN'], ends: 'sometimes' },
  /** Fails every third run, so that a failure threshold of 2 is never reached. */
  flaky: UP,
  /** Hangs every tenth run. The back-off ends before a second failure would count. */
  'flaky-hang': { statuses: ['UP'], ends: 'sometimes' },
  /** Passes every third run, so that a success threshold of 2 is never reached. */
  seldom: { statuses: ['DOWN'], error: /^the check returned false$/ },
  /** Fails at first. */
  'warms-up': { statuses: ['UP', 'DOWN'], error: /^the check returned false$/ },
  switch: SWITCH,
  'switch-async': SWITCH,
  /** Hangs while it is broken. The hanging calls pass when it is mended. */
  'switch-hang': { statuses: ['UP', 'DOWN'], ends: 'sometimes' },
  /** Hangs while it is broken. The hanging calls never end. */
  'switch-stuck': { statuses: ['UP', 'DOWN'], ends: 'sometimes' }
} as const satisfies Readonly<Record<string, Traits>>

type Row = readonly [name: string, sort: Sort, kinds: readonly [Kind, ...Kind[]], options?: CheckOptions]

const ROWS: readonly Row[] = [
  ['loop', 'nothing', ['liveness']],
  ['disk', 'async', ['liveness', 'readiness', 'steady']],
  ['cache', 'object', ['readiness', 'steady']],
  ['queue', 'thenable', ['readiness']],
  ['pool', 'parts', ['readiness', 'steady']],
  ['warms-up', 'warms-up', ['startup']],
  ['migrated', 'async', ['startup']],
  ['seeded', 'nothing', ['startup'], { interval: 50 }],
  ['shared', 'true', ['startup', 'steady']],
  ['slow', 'slow', ['steady']],
  ['obeys', 'obeys', ['steady']],
  ['logs', 'logs', ['steady']],
  ['ttl', 'slow', ['steady'], { ttl: 50 }],
  ['interval', 'slow', ['steady'], { interval: 50 }],
  ['flaky', 'flaky', ['steady'], { failureThreshold: 2 }],

  ['throws', 'throws', ['thrown']],
  ['false', 'false', ['thrown'], { ttl: 20 }],
  ['rejects', 'rejects', ['rejected']],
  ['rejects-slowly', 'rejects-slowly', ['rejected']],
  ['seldom', 'seldom', ['rejected'], { successThreshold: 2 }],
  ['number', 'number', ['garbage']],
  ['null', 'null', ['garbage']],
  ['rows', 'rows', ['garbage']],
  ['response', 'response', ['garbage'], { interval: 40 }],
  ['degraded', 'degraded', ['limited', 'outage']],
  ['throws-limited', 'throws', ['limited'], { failureStatus: 'DEGRADED' }],
  ['hangs-limited', 'hangs', ['limited'], { failureStatus: 'DEGRADED', maxBackoff: 2_000 }],
  ['out-of-service', 'out-of-service', ['outage']],
  ['rejects-outage', 'rejects', ['outage'], { failureStatus: 'OUT_OF_SERVICE' }],

  ['hangs', 'hangs', ['hung']],
  ['hangs-long', 'hangs-looking', ['hung'], { timeout: 200 }],
  ['hangs-interval', 'hangs', ['hung'], { interval: 50, maxBackoff: 1_000 }],
  ['hangs-often', 'hangs-looking', ['late'], { timeout: 100, maxBackoff: 50 }],
  ['hangs-obediently', 'hangs-obediently', ['late'], { timeout: 100, maxBackoff: 100 }],
  ['late-pass', 'late-pass', ['late'], { timeout: 100, maxBackoff: 400 }],
  ['late-fail', 'late-fail', ['late'], { timeout: 100, maxBackoff: 400 }],
  ['late-reject', 'late-reject', ['late'], { timeout: 100, maxBackoff: 50 }],

  ['flip', 'flip', ['flipping']],
  ['flip-async', 'flip-async', ['flipping']],
  ['flip-interval', 'flip-async', ['flipping'], { interval: 20, failureThreshold: 2 }],
  ['flip-hang', 'flip-hang', ['flipping'], { timeout: 100, maxBackoff: 200 }],
  ['flaky-hang', 'flaky-hang', ['flipping'], { timeout: 100, failureThreshold: 2 }],

  ['switch-sync', 'switch', ['switched']],
  ['switch-async', 'switch-async', ['switched']],
  ['switch-ttl', 'switch', ['switched'], { ttl: 80 }],
  ['switch-interval', 'switch-async', ['switched'], { interval: 40, timeout: 100 }],
  ['switch-slow', 'switch', ['switched'], { failureThreshold: 3, successThreshold: 2 }],
  ['switch-hang', 'switch-hang', ['stuck'], { timeout: 100 }],
  ['switch-stuck', 'switch-stuck', ['stuck'], { timeout: 100, maxBackoff: 200 }],

  ['transient-pass', 'slow', ['steady', 'transient']],
  ['transient-interval', 'async', ['transient'], { interval: 20 }],
  ['transient-hang', 'hangs-looking', ['transient'], { maxBackoff: 300 }],
  ['transient-late', 'late-pass', ['transient'], { timeout: 100 }],
  ['transient-flip', 'flip-async', ['transient']]
]

/** Every check of the app. */
export const CATALOGUE: readonly Spec[] = ROWS.map(specOf)

export const TRANSIENTS = CATALOGUE.filter(({ isTransient }) => isTransient)
export const SWITCHES = CATALOGUE.filter(({ isSwitch }) => isSwitch)

const BUILT_IN: readonly string[] = ['liveness', 'readiness', 'startup', 'health']

const KINDS = new Set(CATALOGUE.flatMap(({ kinds }) => kinds))

export const CUSTOM_KINDS: readonly string[] = [...KINDS].filter((kind) => !BUILT_IN.includes(kind))

/** The switch that takes the app itself out of service. */
export const LIFECYCLE = 'lifecycle'

/** A secret in the details of a check. No answer may contain it. */
export const SECRET = 'correct-horse'

export const LIFECYCLE_REASON = 'the soak says so'

/** Returns when the calls of a sort end. */
export function endsOf (sort: Sort): Ends {
  const traits: Traits = TRAITS[sort]
  return traits.ends ?? 'in time'
}

/** Whether every call times out and none passes late, so that the back-off doubles from the first call on. */
export function backsOffAlways (sort: Sort): boolean {
  return sort !== 'late-pass' && (endsOf(sort) === 'late' || endsOf(sort) === 'never')
}

export function maxBackoffOf ({ options }: Pick<Spec, 'options'>): number {
  return options.maxBackoff ?? DEFAULT_MAX_BACKOFF_MS
}

function specOf ([name, sort, kinds, options = {}]: Row): Spec {
  const { statuses, error }: Traits = TRAITS[sort]
  const timeoutMs = options.timeout ?? DEFAULT_TIMEOUT_MS
  const timedOut = `timed out after ${timeoutMs} ms`
  return {
    name,
    sort,
    kinds,
    options,
    timeoutMs,
    statuses: statuses.map((status) => status === 'DOWN' ? failureStatusOf(options) : status),
    error: errorOf(endsOf(sort), error, timedOut),
    maxAgeMs: maxAge({ sort, kinds, options, timeoutMs }),
    isTransient: name.startsWith('transient-'),
    isSwitch: sort.startsWith('switch')
  }
}

function errorOf (ends: Ends, error: RegExp | undefined, timedOut: string): RegExp {
  if (ends === 'in time') return error ?? /^nothing can fail here$/
  return ends === 'sometimes' ? new RegExp(`^(flipped|${timedOut})$`) : new RegExp(`^${timedOut}$`)
}

type Timing = Pick<Spec, 'sort' | 'kinds' | 'options' | 'timeoutMs'>

function maxAge ({ sort, kinds, options, timeoutMs }: Timing): number | undefined {
  const { interval = 0, ttl = 0, failureThreshold = 1, successThreshold = 1 } = options
  if (failureThreshold > 1 || successThreshold > 1 || kinds.includes('startup')) return undefined
  const reused = interval > 0 ? 2 * interval + timeoutMs : ttl
  return endsOf(sort) === 'in time' ? reused : reused + maxBackoffOf({ options })
}

function failureStatusOf ({ failureStatus = 'DOWN' }: CheckOptions): Status {
  if (typeof failureStatus !== 'string') throw new Error('the soak test has no checks with a status per kind')
  return failureStatus
}
