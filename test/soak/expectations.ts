// Judges each answer by its request, its time, and the possible statuses of the checks at that time.
import type { Component, Status } from '../../lib/index.js'
import { LIFECYCLE, LIFECYCLE_REASON, SECRET } from './catalogue.js'
import type { Spec } from './catalogue.js'
import type { KnownStates } from './known-states.js'
import type { Probe } from './probes.js'

/** A probe with its answer. Times are values of `performance.now()`. */
export interface Answer {
  readonly probe: Probe
  readonly sentAt: number
  readonly answeredAt: number
  /** The wall-clock time of the request, to compare with the `time` of components. */
  readonly sentDate: number
  readonly statusCode: number
  readonly cacheControl: string | undefined
  readonly text: string
}

interface Health {
  readonly status: Status
  readonly components?: Readonly<Record<string, Component>>
}

/** The possible statuses of one component. */
interface Allowed {
  readonly statuses: readonly Status[]
  readonly isOptional: boolean
}

const STATUSES: readonly Status[] = ['UP', 'DEGRADED', 'OUT_OF_SERVICE', 'DOWN']
const STATUS_CODES: Readonly<Record<Status, number>> = { UP: 200, DEGRADED: 200, OUT_OF_SERVICE: 503, DOWN: 503 }

/** The wall clock counts whole milliseconds. */
const DATE_SLACK_MS = 2

/** Timers count whole milliseconds, and may fire one millisecond early. */
const TIMER_SLACK_MS = 2

/** Judges answers. */
export class Judge {
  readonly #states: KnownStates
  #decided = 0

  constructor (states: KnownStates) {
    this.#states = states
  }

  /** The number of answers with exactly one possible status. */
  get decided (): number {
    return this.#decided
  }

  /** Returns a message for each error in an answer. */
  judge (answer: Answer): readonly string[] {
    const { probe, statusCode, cacheControl } = answer
    const wrong = cacheControl?.includes('no-store') === true ? [] : [`cache-control is ${cacheControl ?? 'missing'}`]
    const statuses = this.#statuses(answer)
    if (statuses.length === 1) this.#decided += 1
    const codes = [...statuses.map((status) => STATUS_CODES[status]), ...(this.#mayBeMissing(probe) ? [404] : [])]
    if (!codes.includes(statusCode)) wrong.push(`the code is ${statusCode}, not ${[...new Set(codes)].join(' or ')}`)
    if (probe.method === 'HEAD' || statusCode === 404) return wrong
    return [...wrong, ...this.#judgeBody(answer, statuses)]
  }

  #mayBeMissing ({ kind, members, hasLifecycle }: Probe): boolean {
    return kind === undefined && !hasLifecycle && (members.length === 0 || members.some(
      ({ isTransient }) => isTransient
    ))
  }

  #judgeBody (answer: Answer, statuses: readonly Status[]): string[] {
    const { probe, statusCode, text } = answer
    const health = JSON.parse(text) as Health
    const wrong = text.includes(SECRET) ? ['a secret is shown'] : []
    if (!statuses.includes(health.status)) wrong.push(`the status is ${health.status}, not ${statuses.join(' or ')}`)
    if (STATUS_CODES[health.status] !== statusCode) wrong.push(`the code is ${statusCode} with status ${health.status}`)
    if (probe.kind === undefined) return [...wrong, ...this.#judgeOne(answer, health)]
    if (!probe.isVerbose) {
      const isTerse = text === JSON.stringify({ status: health.status })
      return isTerse ? wrong : [...wrong, 'a terse answer contains more than its status']
    }
    return [...wrong, ...this.#judgeComponents(answer, health)]
  }

  #judgeOne (answer: Answer, component: Component): string[] {
    const [spec] = answer.probe.members
    return spec === undefined ? judgeLifecycle(component) : this.#judgeComponent(answer, spec, component)
  }

  #judgeComponents (answer: Answer, { status, components = {} }: Health): string[] {
    const { members, hasLifecycle } = answer.probe
    const names = new Set(members.map(({ name }) => name))
    const unrequested = Object.keys(components).filter((name) => !names.has(name) && name !== LIFECYCLE)
    const missing = members.filter(({ name, isTransient }) => !isTransient && !(name in components))
    const weighed = Object.entries(components).filter(([name]) => name !== LIFECYCLE || hasLifecycle)
    const statuses = weighed.map(([, component]) => component.status)
    const worst = STATUSES.findLast((status) => statuses.includes(status)) ?? 'UP'
    return [
      ...unrequested.map((name) => `${name} was not requested`),
      ...missing.map(({ name }) => `${name} is missing`),
      ...(worst === status ? [] : [`the status is ${status}, but the worst status of the components is ${worst}`]),
      ...(components[LIFECYCLE] === undefined ? [] : judgeLifecycle(components[LIFECYCLE])),
      ...members.flatMap((spec) => this.#judgeComponent(answer, spec, components[spec.name]))
    ]
  }

  #judgeComponent (answer: Answer, spec: Spec, component: Component | undefined): string[] {
    if (component === undefined) return []
    const { name } = spec
    const wrong: string[] = []
    const statuses = this.#states.during(name, answer.sentAt, answer.answeredAt)
    if (component.status === 'UNKNOWN' || !statuses.includes(component.status)) {
      wrong.push(`${name} is ${component.status}, not ${statuses.join(' or ')}`)
    }
    const { durationMs = -1, time = '' } = component
    if (durationMs < 0) wrong.push(`${name} has no duration`)
    if (isTooOld(answer, spec, time)) {
      wrong.push(`${name} has the time ${time}, but was requested at ${new Date(answer.sentDate).toISOString()}`)
    }
    return [...wrong, ...judgeError(spec, component, durationMs)]
  }

  /** Returns the possible statuses of an answer. */
  #statuses ({ probe, sentAt, answeredAt }: Answer): readonly Status[] {
    const { members, hasLifecycle } = probe
    const allowed: Allowed[] = members.map(({ name, isTransient }) => ({
      statuses: this.#states.during(name, sentAt, answeredAt),
      isOptional: isTransient && probe.kind !== undefined
    }))
    if (hasLifecycle) allowed.push({ statuses: this.#states.during(LIFECYCLE, sentAt, answeredAt), isOptional: false })
    return possible(allowed)
  }
}

/** Returns the possible worst statuses of several components. */
function possible (members: readonly Allowed[]): readonly Status[] {
  const required = members.filter(({ isOptional }) => !isOptional)
  const least = Math.max(0, ...required.map(({ statuses }) => Math.min(...statuses.map(rank))))
  return STATUSES.filter((status) => {
    if (rank(status) < least) return false
    return (status === 'UP' && least === 0) || members.some(({ statuses }) => statuses.includes(status))
  })
}

function rank (status: Status): number {
  return STATUSES.indexOf(status)
}

function isTooOld ({ sentDate }: Answer, { maxAgeMs }: Spec, time: string): boolean {
  return maxAgeMs !== undefined && !(Date.parse(time) >= sentDate - maxAgeMs - DATE_SLACK_MS)
}

function judgeError (spec: Spec, { status, details = {} }: Component, durationMs: number): string[] {
  const { name, sort, statuses, error: expected, timeoutMs } = spec
  const { error } = details
  if (status === 'UP' || sort === 'degraded' || sort === 'out-of-service') {
    return error === undefined ? [] : [`${name} is ${status} and has an error`]
  }
  if (status === 'DEGRADED' && statuses.includes('DOWN')) return []
  if (typeof error !== 'string' || !expected.test(error)) {
    return [`${name} fails with ${String(error)}, not ${String(expected)}`]
  }
  const isEarly = error.startsWith('timed out') && durationMs < timeoutMs - TIMER_SLACK_MS
  return isEarly ? [`${name} timed out after only ${durationMs} ms`] : []
}

function judgeLifecycle ({ status, details }: Component): string[] {
  if (status === 'UP') return []
  const isRight = status === 'OUT_OF_SERVICE' && details?.['reason'] === LIFECYCLE_REASON
  return isRight ? [] : [`${LIFECYCLE} is ${status}: ${JSON.stringify(details)}`]
}
