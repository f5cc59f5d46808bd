import fc from 'fast-check'
import t from 'tap'
import type { CheckContext, CheckFunction } from '../../lib/health/check/check-function.js'
import type { Health } from '../../lib/health/component.js'
import { HealthEngine } from '../../lib/health/engine.js'
import { Kinds } from '../../lib/health/kind.js'
import { policyOf } from '../../lib/health/check/options.js'
import type { CheckOptions } from '../../lib/health/check/options.js'
import { unstartedApp } from '../support/app.js'
import { ManualClock } from '../support/clock.js'
import { HealthModel } from '../support/health-model.js'
import type { Behaviour, ReportModel } from '../support/health-model.js'
import { RecordingLog } from '../support/log.js'
import { isLong } from '../support/long.js'

t.setTimeout(300_000)

const TIMEOUT_MS = 100
const NAMES = ['a', 'b']

/** A random value with which no two different sums of waits are equal. */
const CHANCE = 0.512_91

/** The functions of the checks, and their behavior in the model. A function that settles late has timed out before. */
const BEHAVIOURS: Readonly<Record<string, Behaviour & { readonly does: (clock: ManualClock) => unknown }>> = {
  pass: { status: 'UP', after: 0, does: () => undefined },
  fail: { status: 'DOWN', after: 0, does: () => false },
  throws: { status: 'DOWN', after: 0, does: () => { throw new Error('at once') } },
  garbage: { status: 'DOWN', after: 0, does: () => ({ rows: [] }) },
  degraded: { status: 'DEGRADED', after: 0, does: () => ({ status: 'DEGRADED' }) },
  'out of service': {
    status: 'OUT_OF_SERVICE',
    after: 0,
    does: async () => await Promise.resolve({ status: 'OUT_OF_SERVICE' })
  },
  rejects: { status: 'DOWN', after: 0, does: async () => await Promise.reject(new Error('later')) },
  'slow pass': { status: 'UP', after: 33.3, does: async (clock) => await after(clock, 33.3, true) },
  'slow fail': { status: 'DOWN', after: 71.7, does: async (clock) => await after(clock, 71.7, false) },
  'late pass': { status: 'UP', after: 144.4, does: async (clock) => await after(clock, 144.4, true) },
  'late fail': { status: 'DOWN', after: 255.6, does: async (clock) => await after(clock, 255.6, 1) },
  hang: { status: 'DOWN', after: Infinity, does: async () => await new Promise(() => undefined) }
}

async function after (clock: ManualClock, delayMs: number, value: unknown): Promise<unknown> {
  return await new Promise((resolve) => { clock.after(delayMs, () => resolve(value)) })
}

const policies: fc.Arbitrary<CheckOptions> = fc.record({
  ttl: fc.constantFrom(0, 0, 150),
  interval: fc.constantFrom(0, 0, 40, 200),
  failureThreshold: fc.constantFrom(1, 1, 2, 3),
  successThreshold: fc.constantFrom(1, 1, 2),
  failureStatus: fc.constantFrom<CheckOptions['failureStatus'][]>(
    undefined, undefined, 'DEGRADED', 'OUT_OF_SERVICE', { readiness: 'DEGRADED' },
    { startup: 'OUT_OF_SERVICE', health: 'DEGRADED' }
  ),
  maxBackoff: fc.constantFrom(undefined, undefined, 60_000, 300)
})

const steps = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      step: fc.constant('add' as const),
      name: fc.constantFrom(...NAMES),
      kinds: fc.constantFrom(['readiness'], ['readiness'], ['startup'], ['startup', 'readiness']),
      options: policies
    })
  },
  { weight: 1, arbitrary: fc.record({ step: fc.constant('remove' as const), name: fc.constantFrom(...NAMES) }) },
  {
    weight: 5,
    arbitrary: fc.record({
      step: fc.constant('behave' as const),
      name: fc.constantFrom(...NAMES),
      as: fc.constantFrom(...Object.keys(BEHAVIOURS))
    })
  },
  {
    weight: 8,
    arbitrary: fc.record({
      step: fc.constant('probe' as const),
      kind: fc.constantFrom('readiness', 'readiness', 'health', 'startup')
    })
  },
  {
    weight: 6,
    arbitrary: fc.record({
      step: fc.constant('pass' as const),
      delayMs: fc.oneof(
        { weight: 8, arbitrary: fc.integer({ min: 1, max: 120 }) },
        { weight: 8, arbitrary: fc.integer({ min: 1, max: 2_000 }) },
        { weight: 1, arbitrary: fc.integer({ min: 1, max: 70_000 }) }
      )
    })
  },
  { weight: 1, arbitrary: fc.record({ step: fc.constant('start' as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      step: fc.constant('lifecycle' as const),
      change: fc.constantFrom('out', 'in', 'out', 'in', 'broken')
    })
  },
  { weight: 1, arbitrary: fc.record({ step: fc.constant('close' as const) }) }
)

type Step = typeof steps extends fc.Arbitrary<infer S> ? S : never

interface Call {
  readonly startedAt: number
  signal?: AbortSignal
  isSettled: boolean
}

interface Probe {
  readonly expected: ReportModel
  answer?: Health
  answeredAt?: number
}

const log = new RecordingLog()
const fastify = unstartedApp(log)

/** Runs the engine and its model side by side, and compares them after each step. */
class Comparison {
  readonly clock = new ManualClock()
  readonly model = new HealthModel(CHANCE)
  readonly #engine = new HealthEngine(new Kinds(), {
    log: fastify.log,
    owner: fastify,
    clock: this.clock,
    defaults: { timeout: TIMEOUT_MS },
    isServing: () => true
  })

  readonly #behaviours = new Map<string, string>()
  /** The calls of each present check. */
  readonly #calls = new Map<string, Call[]>()
  readonly #probes: Probe[] = []
  readonly #checked: Probe[] = []
  /** The number of timers that belong to the checks' functions. */
  #ownTimers = 0

  constructor () {
    this.clock.chance = CHANCE
    log.lines.length = 0
  }

  async take (step: Step): Promise<void> {
    this.#apply(step)
    await this.clock.pass(step.step === 'pass' ? step.delayMs : 0)
    if (step.step === 'pass') this.model.pass(step.delayMs)
    this.#compare()
  }

  /** Closes the engine and the model, and checks that no timers, probes or log lines are left. */
  async end (): Promise<void> {
    await this.take({ step: 'close' })
    if (this.clock.waiting !== this.#ownTimers) {
      throw new Error(`${this.clock.waiting - this.#ownTimers} timers are left`)
    }
    if (this.#probes.length > 0) throw new Error(`${this.#probes.length} probes are not answered`)
    const lines = log.lines.length
    await this.clock.pass(120_000)
    if (log.lines.length !== lines) throw new Error('the engine logged a line after it was closed')
  }

  #apply (step: Step): void {
    if (step.step === 'add') this.#add(step.name, step.kinds, step.options)
    else if (step.step === 'remove') this.#remove(step.name)
    else if (step.step === 'behave') this.#behaviours.set(step.name, step.as)
    else if (step.step === 'probe') this.#probe(step.kind)
    else if (step.step === 'lifecycle') this.#setLifecycle(step.change)
    else if (step.step === 'start') this.#start()
    else if (step.step === 'close') this.#close()
  }

  #remove (name: string): void {
    this.#engine.remove(name)
    this.model.remove(name)
    this.#calls.delete(name)
  }

  #start (): void {
    if (this.model.isClosed) return
    this.#engine.start()
    this.model.start()
  }

  #close (): void {
    this.#engine.close()
    this.model.close()
  }

  #add (name: string, kinds: readonly string[], options: CheckOptions): void {
    if (this.model.has(name)) return
    if (kinds.every((kind) => kind === 'startup') && this.model.isStartupOver) {
      mustThrow(() => this.#engine.add(kinds, name, () => true, options))
      return
    }
    const calls: Call[] = []
    this.#calls.set(name, calls)
    this.#engine.add(kinds, name, this.#function(name, calls), options)
    const policy = policyOf({ timeout: TIMEOUT_MS, ...options })
    this.model.add(name, kinds, policy, () => this.#behaviour(name))
  }

  #behaviour (name: string): Behaviour & { readonly does: (clock: ManualClock) => unknown } {
    const behaviour = BEHAVIOURS[this.#behaviours.get(name) ?? 'pass']
    if (behaviour === undefined) throw new Error(`${name} does nothing`)
    return behaviour
  }

  /** Creates a function with the check's current behavior. Every second call reads its signal. */
  #function (name: string, calls: Call[]): CheckFunction {
    return ((context: CheckContext) => {
      const call: Call = {
        startedAt: this.clock.now(),
        isSettled: false,
        ...(calls.length % 2 === 0 && { signal: context.signal })
      }
      calls.push(call)
      const { does, after } = this.#behaviour(name)
      const hasTimer = after > 0 && after < Infinity
      if (hasTimer) this.#ownTimers += 1
      call.isSettled = after === 0
      const returned = does(this.clock)
      if (!(returned instanceof Promise)) return returned
      return returned.finally(() => {
        call.isSettled = true
        if (hasTimer) this.#ownTimers -= 1
      })
    }) as CheckFunction
  }

  #probe (kind: string): void {
    const probe: Probe = { expected: this.model.report(kind) }
    this.#probes.push(probe)
    const answered = (health: Health): void => { [probe.answer, probe.answeredAt] = [health, this.clock.now()] }
    const answer = this.#engine.report({ kind })
    if (answer instanceof Promise) void answer.then(answered)
    else answered(answer)
  }

  #setLifecycle (change: string): void {
    const { lifecycle } = this.#engine
    if (change === 'out') lifecycle.takeOutOfService('maintenance')
    else if (change === 'broken') lifecycle.markBroken('beyond repair')
    else lifecycle.putInService()
    this.model.setLifecycle(change === 'out' || change === 'broken' ? change : 'in')
  }

  #compare (): void {
    for (const probe of this.#probes.splice(0)) (this.#isAnswered(probe) ? this.#checked : this.#probes).push(probe)
    for (const check of this.model.checks) this.#compareCalls(check.name, check.calls)
    const changes = log.lines.filter(
      ({ check, message }) => check !== 'lifecycle' && / is [A-Z_]+(?::|$)/.test(String(message))
    )
    const logged = changes.map(({ check, from, to }) => `${String(check)} ${String(from)} ${String(to)}`)
    const expected = this.model.transitions.map(({ check, from, to }) => `${check} ${from} ${to}`)
    same(logged.sort(), expected.sort(), 'transitions')
  }

  #compareCalls (name: string, expected: number): void {
    const calls = this.#calls.get(name) ?? []
    same(calls.length, expected, `calls of ${name}`)
    const live = calls.filter(({ isSettled, signal, startedAt }) => {
      return !isSettled && signal?.aborted !== true && this.clock.now() < startedAt + TIMEOUT_MS
    })
    if (live.length > 1) throw new Error(`${live.length} runs of ${name} are live`)
  }

  #isAnswered ({ expected, answer, answeredAt = this.clock.now() }: Probe): boolean {
    if (answeredAt - expected.askedAt > TIMEOUT_MS) {
      throw new Error(`a probe waits for ${answeredAt - expected.askedAt} ms`)
    }
    same(answer !== undefined, expected.isComplete, 'whether it is answered')
    if (answer === undefined) return false
    const components = Object.entries(answer.components).map(([name, { status }]) => [name, status])
    const found = {
      status: answer.status,
      components: sorted(Object.fromEntries(components) as Record<string, string>)
    }
    same(found, { ...expected.answer, components: sorted(expected.answer.components) }, 'the answer')
    return true
  }
}

function mustThrow (act: () => void): void {
  try {
    act()
  } catch {
    return
  }
  throw new Error('the call did not throw')
}

function sorted (record: Readonly<Record<string, string>>): [string, string][] {
  return Object.entries(record).sort(([left], [right]) => left < right ? -1 : 1)
}

function same (found: unknown, wanted: unknown, what: string): void {
  const [left, right] = [JSON.stringify(found), JSON.stringify(wanted)]
  if (left !== right) throw new Error(`${what}: found ${left}, wanted ${right}`)
}

const { MODEL_RUNS = isLong ? '1500' : '300', MODEL_SEED } = process.env

const IMMEDIATE: CheckOptions = { ttl: 0, interval: 0, failureThreshold: 1, successThreshold: 1 }

/** Two reports become complete at once. The first completes startup, so the second shows the status of readiness. */
const TWO_AT_ONCE: Step[] = [
  { step: 'behave', name: 'a', as: 'late pass' },
  { step: 'add', name: 'a', kinds: ['readiness'], options: IMMEDIATE },
  {
    step: 'add',
    name: 'b',
    kinds: ['startup', 'readiness'],
    options: { ...IMMEDIATE, failureStatus: { readiness: 'DEGRADED' } }
  },
  { step: 'probe', kind: 'readiness' },
  { step: 'behave', name: 'b', as: 'garbage' },
  { step: 'probe', kind: 'health' },
  { step: 'remove', name: 'a' },
  { step: 'pass', delayMs: 1 }
]

await t.test('the engine behaves like its model when two reports become complete at once', async (t) => {
  const comparison = new Comparison()
  for (const step of TWO_AT_ONCE) await comparison.take(step)
  await t.resolves(comparison.end())
})

await t.test('the engine behaves like its model for random sequences of events', async (t) => {
  let taken = 0
  await fc.assert(fc.asyncProperty(fc.array(steps, { minLength: 5, maxLength: 60, size: 'max' }), async (sequence) => {
    const comparison = new Comparison()
    for (const step of sequence) await comparison.take(step)
    await comparison.end()
    taken += sequence.length
  }), { numRuns: Number(MODEL_RUNS), ...(MODEL_SEED !== undefined && { seed: Number(MODEL_SEED) }) })
  t.ok(taken > 5 * Number(MODEL_RUNS), `${taken} steps`)
})
