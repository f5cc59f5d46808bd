import type { CheckPolicy } from '../../lib/health/check/options.js'
import { worst } from '../../lib/health/status.js'
import type { Status } from '../../lib/health/status.js'

/** The behavior of a check's function: its result, and the milliseconds until then. `Infinity` means that it hangs. */
export interface Behaviour {
  readonly status: Status
  readonly after: number
}

/** A change of status that is logged. */
export interface Transition {
  readonly check: string
  readonly from: string
  readonly to: Status
}

interface Result {
  /** The status that the function returned. */
  readonly status: Status
  readonly passes: boolean
  /** Whether the previous result had become stale, so that a shown pass no longer counts. */
  readonly isAfterStale: boolean
  /** Whether it is the first result after the start, so that a shown failure no longer counts. */
  readonly isAfterStart: boolean
}

/** A call of the function that has not settled. */
interface Call {
  readonly settlesAt: number
  readonly timesOutAt: number
  readonly status: Status
}

const passes = (status: Status): boolean => status === 'UP' || status === 'DEGRADED'

/** The parts of an instance that its checks read. */
interface InstanceModel {
  readonly isStartupOver: boolean
  readonly chance: number
}

/** A simple model of one check, as the documentation describes it. */
export class CheckModel {
  readonly name: string
  readonly kinds: readonly string[]
  readonly policy: CheckPolicy
  /** The changes of the status in `/health` that are logged. */
  readonly transitions: Transition[] = []
  readonly #instance: InstanceModel
  readonly #behaviour: () => Behaviour
  readonly #results: Result[] = []
  #published: Status | undefined
  #live: Call | undefined
  #hanging: Call[] = []
  #timeouts = 0
  #leftAloneUntil = -Infinity
  /** The earliest retry in the background, and the time at which it is scheduled. */
  #leastRetryAt = -Infinity
  #retriesAt = Infinity
  #hasPassedLate = false
  #probedAt = -Infinity
  #lastResultAt = -Infinity
  #isDue = false
  #beatsAt = Infinity
  #beatWaits = false
  #isPaused = true
  /** Whether the start waits for the end of a run. */
  #startWaits = false
  #isAfterStart = false
  #waiting: ((status: Status) => void)[] = []
  calls = 0

  constructor (
    name: string, kinds: readonly string[], policy: CheckPolicy, behaviour: () => Behaviour, instance: InstanceModel
  ) {
    this.name = name
    this.kinds = kinds
    this.policy = policy
    this.#behaviour = behaviour
    this.#instance = instance
  }

  /** The status of the reported result as the function returned it, computed from all results so far. */
  get returned (): Status | undefined {
    return this.#history.at(-1)?.status
  }

  get isForStartupOnly (): boolean {
    return this.kinds.every((kind) => kind === 'startup')
  }

  /** The status of a result in a report on a kind. */
  shownAs (status: Status, kind: string): Status {
    const { failureStatus } = this.policy
    if (passes(status) || failureStatus === undefined) return status
    if (typeof failureStatus === 'string') return failureStatus
    if (kind !== 'health' || failureStatus['health'] !== undefined) return failureStatus[kind] ?? status
    const running = this.kinds.filter((kind) => kind !== 'startup' || !this.#instance.isStartupOver)
    return running.length === 0 ? status : worst(running.map((kind) => failureStatus[kind] ?? status))
  }

  /** Logs the status in `/health` if it has changed. */
  publish (): void {
    if (this.returned === undefined) return
    const [from, to] = [this.#published ?? 'UNKNOWN', this.shownAs(this.returned, 'health')]
    this.#published = to
    if (from !== to && !(from === 'UNKNOWN' && to === 'UP')) this.transitions.push({ check: this.name, from, to })
  }

  /** The time of the next event. */
  get nextAt (): number {
    const ends = this.#live === undefined ? Infinity : Math.min(this.#live.settlesAt, this.#live.timesOutAt)
    return Math.min(ends, this.#beatsAt, this.#retriesAt, ...this.#hanging.map(({ settlesAt }) => settlesAt))
  }

  /** Probes the check. Calls `onStatus` with the status, at once or when a run has ended. */
  probe (now: number, onStatus: (status: Status) => void): void {
    const { ttl, interval, timeout } = this.policy
    this.#probedAt = now
    const goodForMs = interval > 0 ? 2 * interval + timeout : ttl
    const isFresh = !this.#isDue && now - this.#lastResultAt < goodForMs
    if (!isFresh && this.#live === undefined) this.#run(now)
    if (!isFresh && this.#live !== undefined) this.#waiting.push(onStatus)
    else onStatus(this.returned ?? 'DOWN')
  }

  start (now: number): void {
    if (!this.#isPaused) return
    this.#isPaused = false
    if (this.#live !== undefined) this.#startWaits = true
    else this.#begin(now)
    this.happen(now)
  }

  pause (): void {
    this.#isPaused = true
    this.#startWaits = false
    this.#retriesAt = this.#beatsAt = Infinity
    this.#beatWaits = false
  }

  /** Ends all runs after startup has completed. Waiting callers get the known status. */
  rest (): void {
    this.pause()
    this.#live = undefined
    for (const onStatus of this.#waiting.splice(0)) onStatus(this.returned ?? 'DOWN')
  }

  /** Ends the check. Returns the callbacks of the waiting callers. */
  end (): readonly ((status: Status) => void)[] {
    this.pause()
    this.#live = undefined
    this.#hanging = []
    return this.#waiting.splice(0)
  }

  /** Handles all events that are due at this time. */
  happen (now: number): void {
    const late = this.#hanging.filter(({ settlesAt }) => settlesAt <= now)
    this.#hanging = this.#hanging.filter(({ settlesAt }) => settlesAt > now)
    for (const { status } of late) this.#endLate(passes(status), now)
    const live = this.#live
    if (live !== undefined && live.settlesAt <= now) this.#settled(live, now)
    else if (live !== undefined && live.timesOutAt <= now) this.#timedOut(live, now)
    if (this.#retriesAt <= now) this.#retry(now)
    if (this.#beatsAt <= now) this.#beat(now)
  }

  get #history (): Result[] {
    const history: Result[] = []
    let shown: Result | undefined
    let contrary = 0
    for (const result of this.#results) {
      contrary = shown !== undefined && shown.passes !== result.passes ? contrary + 1 : 0
      const threshold = result.passes ? this.policy.successThreshold : this.policy.failureThreshold
      const isPassForgotten = result.isAfterStale && shown?.passes === true
      const isFailureForgotten = result.isAfterStart && shown?.passes === false
      const isForgotten = isPassForgotten || isFailureForgotten
      if (contrary === 0 || contrary >= threshold || isForgotten) [shown, contrary] = [result, 0]
      history.push(shown ?? result)
    }
    return history
  }

  #run (now: number): void {
    if (now >= this.#leftAloneUntil) this.#call(now)
    else if (now - this.#lastResultAt >= this.policy.timeout) this.#land('DOWN', now)
  }

  #call (now: number): void {
    this.calls += 1
    this.#retriesAt = Infinity
    const { status, after } = this.#behaviour()
    const call = { status, settlesAt: now + after, timesOutAt: now + this.policy.timeout }
    if (after === 0) this.#settled(call, now)
    else this.#live = call
  }

  #settled ({ status }: Call, now: number): void {
    this.#endBackOff()
    this.#land(status, now)
  }

  #timedOut (call: Call, now: number): void {
    this.#hanging.push(call)
    const { timeout, maxBackoff = 60_000 } = this.policy
    const factor = 0.95 - 0.1 * this.#instance.chance
    const pauseMs = timeout * 2 ** this.#timeouts * factor
    this.#timeouts += 1
    this.#leftAloneUntil = now + Math.min(pauseMs, maxBackoff * factor)
    this.#leastRetryAt = now + Math.min(pauseMs, 10_000 * factor - timeout)
    this.#live = undefined
    this.#scheduleRetry(now)
    this.#land('DOWN', now)
  }

  #endLate (isPass: boolean, now: number): void {
    if (this.#timeouts === 0) return
    const isFirst = isPass && !this.#hasPassedLate
    const isOver = isPass || this.#hanging.length === 0
    if (isFirst) [this.#leftAloneUntil, this.#hasPassedLate, this.#isDue] = [-Infinity, true, true]
    else if (isOver && this.policy.maxBackoff === undefined) {
      this.#leftAloneUntil = Math.min(this.#leftAloneUntil, this.#leastRetryAt)
    }
    this.#scheduleRetry(now)
  }

  #scheduleRetry (now: number): void {
    if (this.#isPaused || this.#live !== undefined || this.#timeouts === 0) return
    const at = Math.max(this.#leftAloneUntil, this.#leastRetryAt)
    this.#retriesAt = at > now ? at : now + 500 * this.#instance.chance
  }

  #retry (now: number): void {
    this.#retriesAt = Infinity
    const isIdle = this.policy.interval === 0 && now - this.#probedAt > 60_000
    if (!isIdle && this.#live === undefined) this.#call(now)
  }

  #endBackOff (): void {
    this.#timeouts = 0
    this.#leftAloneUntil = -Infinity
    this.#hasPassedLate = false
  }

  #land (status: Status, now: number): void {
    const { interval, timeout } = this.policy
    this.#live = undefined
    const isAfterStale = interval > 0 && now - this.#lastResultAt >= 2 * interval + timeout
    this.#results.push({ status, passes: passes(status), isAfterStale, isAfterStart: this.#isAfterStart })
    this.#lastResultAt = now
    this.#isDue = this.#isAfterStart = false
    this.publish()
    for (const onStatus of this.#waiting.splice(0)) onStatus(this.returned ?? 'DOWN')
    if (this.#beatWaits) this.#scheduleBeat(now)
    if (this.#startWaits) this.#begin(now)
  }

  #begin (now: number): void {
    this.#startWaits = false
    this.#isAfterStart = true
    if (this.#history.at(-1)?.passes !== true) this.#isDue = true
    if (this.#hanging.length === 0) this.#endBackOff()
    if (this.#timeouts === 0) this.#retriesAt = Infinity
    else this.#scheduleRetry(now)
    if (this.policy.interval > 0) this.#beatsAt = now
  }

  #beat (now: number): void {
    this.#beatsAt = Infinity
    if (this.#live === undefined) this.#run(now)
    this.#beatWaits = this.#live !== undefined
    if (!this.#beatWaits) this.#scheduleBeat(now)
  }

  #scheduleBeat (now: number): void {
    this.#beatWaits = false
    if (!this.#isPaused) this.#beatsAt = now + this.policy.interval * (1 + 0.1 * this.#instance.chance)
  }
}

/** A check in a report. */
interface PartModel {
  readonly check: CheckModel
  /** The result as the function returned it, and as the report shows it; `undefined` until it is known. */
  result: { readonly returned: Status, readonly shown: Status } | undefined
}

/** The expected report: complete when the status of each part is known. */
export class ReportModel {
  readonly kind: string
  readonly askedAt: number
  readonly parts = new Map<string, PartModel>()
  /** The pending startup checks that a readiness probe waits for. */
  readonly startupRuns = new Set<string>()
  /** The lifecycle's status when the last part became known. */
  lifecycle: Status = 'UP'
  /** Whether startup had completed before this report. */
  isAfterStartup = false
  /** Whether startup checks were pending when the last part became known. */
  isGated = false

  constructor (kind: string, askedAt: number) {
    this.kind = kind
    this.askedAt = askedAt
  }

  get isComplete (): boolean {
    return this.startupRuns.size === 0 && [...this.parts.values()].every(({ result }) => result !== undefined)
  }

  /** The expected status of the report and of its components. */
  get answer (): { status: Status, components: Record<string, string> } {
    const shown = [...this.parts].flatMap(([name, { result }]) => result ? [[name, result.shown] as const] : [])
    const own = this.lifecycle === 'UP' && this.isGated ? 'OUT_OF_SERVICE' : this.lifecycle
    return {
      status: this.#status(shown.map(([, status]) => status)),
      components: { ...(own !== 'UP' && { lifecycle: own }), ...Object.fromEntries(shown) }
    }
  }

  #status (shown: readonly Status[]): Status {
    if (this.kind === 'startup') return this.isAfterStartup ? 'UP' : worst(shown)
    const gate = this.kind === 'readiness' && this.isGated ? 'OUT_OF_SERVICE' : 'UP'
    return worst([this.lifecycle, gate, ...shown])
  }
}

/** A model of one instance: its checks, its startup and its lifecycle. */
export class HealthModel implements InstanceModel {
  readonly reports: ReportModel[] = []
  readonly chance: number
  readonly #checks = new Map<string, CheckModel>()
  readonly #removed: CheckModel[] = []
  /** The passes of startup checks that reports have seen. */
  readonly #passed = new Map<CheckModel, Status>()
  readonly #latched = new Map<CheckModel, Status>()
  #isStarted = false
  #isClosed = false
  #outOfService = false
  #broken = false
  now = 0

  constructor (chance: number) {
    this.chance = chance
  }

  get checks (): readonly CheckModel[] {
    return [...this.#checks.values()]
  }

  get isStartupOver (): boolean {
    return this.#latched.size > 0
  }

  get isBroken (): boolean {
    return this.#broken
  }

  get isClosed (): boolean {
    return this.#isClosed
  }

  get transitions (): Transition[] {
    return [...this.#removed, ...this.#checks.values()].flatMap(({ transitions }) => transitions)
  }

  has (name: string): boolean {
    return this.#checks.has(name)
  }

  add (name: string, kinds: readonly string[], policy: CheckPolicy, behaviour: () => Behaviour): CheckModel {
    const running = this.isStartupOver ? kinds.filter((kind) => kind !== 'startup') : kinds
    const check = new CheckModel(name, running, policy, behaviour, this)
    this.#checks.set(name, check)
    if (this.#isStarted && !this.#isClosed) check.start(this.now)
    return check
  }

  remove (name: string): void {
    const check = this.#checks.get(name)
    if (check === undefined) return
    this.#checks.delete(name)
    this.#removed.push(check)
    check.end()
    this.#leaveOut(name)
    this.#conclude()
  }

  /** Drops a part that will never be known, because its check is gone. */
  #leaveOut (name: string): void {
    for (const { parts, startupRuns } of this.reports) {
      if (parts.get(name)?.result === undefined) parts.delete(name)
      startupRuns.delete(name)
    }
  }

  start (): void {
    this.#isStarted = true
    for (const check of this.#checks.values()) if (!this.#isAtRest(check)) check.start(this.now)
    this.#conclude()
  }

  close (): void {
    this.#isClosed = true
    this.#outOfService = true
    for (const check of this.#checks.values()) {
      const { returned } = check
      for (const onStatus of check.end()) if (returned !== undefined) onStatus(returned)
      this.#leaveOut(check.name)
    }
    this.#conclude()
  }

  setLifecycle (change: 'out' | 'in' | 'broken'): void {
    if (change === 'broken') this.#broken = true
    else if (!this.#broken && !this.#isClosed) this.#outOfService = change === 'out'
  }

  report (kind: string): ReportModel {
    const report = new ReportModel(kind, this.now)
    for (const check of this.#checks.values()) {
      if (kind === 'health' || check.kinds.includes(kind)) this.#addPart(report, check)
      else if (kind === 'readiness' && this.#pending.includes(check)) this.#addStartupRun(report, check)
    }
    this.reports.push(report)
    this.#conclude()
    return report
  }

  pass (delayMs: number): void {
    const end = this.now + delayMs
    for (let next = this.#nextAt(); next <= end; next = this.#nextAt()) {
      this.now = next
      for (const check of this.#checks.values()) check.happen(next)
      this.#conclude()
    }
    this.now = end
  }

  #nextAt (): number {
    return Math.min(Infinity, ...[...this.#checks.values()].map(({ nextAt }) => nextAt))
  }

  /** The startup checks that have not passed yet. */
  get #pending (): readonly CheckModel[] {
    return this.isStartupOver ? [] : this.#startupChecks.filter((check) => !this.#passed.has(check))
  }

  get #startupChecks (): readonly CheckModel[] {
    return this.checks.filter(({ kinds }) => kinds.includes('startup'))
  }

  #isAtRest (check: CheckModel): boolean {
    return this.#latched.has(check) && check.isForStartupOnly
  }

  #addPart (report: ReportModel, check: CheckModel): void {
    const { kind, parts } = report
    const latched = kind === 'startup' || check.isForStartupOnly ? this.#latched.get(check) : undefined
    const part: PartModel = { check, result: latched && { returned: latched, shown: latched } }
    const land = (returned: Status): void => { part.result = { returned, shown: check.shownAs(returned, kind) } }
    if (latched === undefined && this.#isClosed) {
      if (check.returned === undefined) return
      land(check.returned)
    }
    parts.set(check.name, part)
    if (part.result === undefined) check.probe(this.now, land)
  }

  #addStartupRun ({ startupRuns }: ReportModel, check: CheckModel): void {
    if (this.#isClosed) {
      if (check.returned !== undefined) this.#record(check, check.returned)
      return
    }
    startupRuns.add(check.name)
    check.probe(this.now, (status) => {
      startupRuns.delete(check.name)
      this.#record(check, status)
    })
  }

  #record (check: CheckModel, status: Status): void {
    if (passes(status)) this.#passed.set(check, status)
    else this.#passed.delete(check)
  }

  /** Removes complete reports. A report that sees the last startup check pass completes startup. */
  #conclude (): void {
    for (let report = this.#nextComplete(); report !== undefined; report = this.#nextComplete()) {
      this.reports.splice(this.reports.indexOf(report), 1)
      report.isAfterStartup = this.isStartupOver
      if (!this.isStartupOver) this.#advanceStartup(report)
      // Two reports can become complete at once, and the first of them may complete startup.
      for (const part of report.parts.values()) {
        const { check, result } = part
        if (result !== undefined) part.result = { ...result, shown: check.shownAs(result.returned, report.kind) }
      }
      report.lifecycle = this.#broken ? 'DOWN' : this.#outOfService ? 'OUT_OF_SERVICE' : 'UP'
      report.isGated = this.#pending.length > 0
    }
  }

  #nextComplete (): ReportModel | undefined {
    return this.reports.find(({ isComplete }) => isComplete)
  }

  #advanceStartup ({ kind, parts }: ReportModel): void {
    for (const { check, result } of parts.values()) {
      if (check.kinds.includes('startup') && result !== undefined) this.#record(check, result.returned)
    }
    if (kind !== 'startup' && kind !== 'readiness') return
    const checks = this.#startupChecks
    if (checks.length === 0 || this.#pending.length > 0) return
    for (const check of checks) this.#latched.set(check, this.#passed.get(check) ?? 'UP')
    for (const check of checks) if (check.isForStartupOnly) check.rest()
    for (const check of checks) if (!check.isForStartupOnly) check.publish()
  }
}
