import type { Clock } from '../clock.js'
import { TIMED_OUT, within } from '../deadline.js'
import type { Component, Health } from './component.js'
import type { Kind } from './kind.js'
import type { Entry, Registry } from './registry.js'
import type { Check } from './check.js'
import { failure } from './result.js'
import type { Outcome } from './result.js'
import type { Startup } from './startup.js'
import { worst } from './status.js'
import type { Status } from './status.js'

/**
 * How long a report for a peer waits, in milliseconds. The peer itself waits for 800, so that it learns the reason
 * instead of timing out.
 */
export const PEER_PATIENCE_MS = 600

/** What a report is asked for. */
export interface Question {
  readonly kind: Kind
  /** Names of checks to leave out. */
  readonly exclude?: ReadonlySet<string> | undefined
  /** Whether another instance asks, for a service dependency of its own: then no further service is asked. */
  readonly peer?: boolean
}

interface Answer {
  readonly entry: Entry
  readonly component: Component
  /** The run that adds to the report's status; none where the component stands as information. */
  readonly run?: Outcome
}

/** Makes reports of the checks in a registry. */
export class Reporter {
  readonly #registry: Registry
  readonly #startup: Startup
  readonly #clock: Clock

  constructor (registry: Registry, startup: Startup, clock: Clock) {
    this.#registry = registry
    this.#startup = startup
    this.#clock = clock
  }

  /** Runs the checks that a question is about, all at once, and gives the worst of what they say. */
  async report (question: Question): Promise<Health> {
    const entries = this.#registry.of(question.kind)
    const asked = entries.filter((entry) => question.exclude?.has(entry.name) !== true)
    const answers = await Promise.all(asked.map(async (entry) => await this.#ask(entry, question)))
    const components = Object.fromEntries(answers.map(({ entry, component }) => [entry.name, component]))
    if (question.kind !== 'startup') return { status: worstOf(answers), components }
    if (this.#startup.completed) return { status: 'UP', components }
    if (question.peer !== true) this.#completeStartup(answers)
    return { status: worstOf(answers), components }
  }

  /** Makes the component of one check, as `/health` would show it; `undefined` for a name that nothing has. */
  async component (name: string, peer = false): Promise<Component | undefined> {
    const entry = this.#registry.get(name)
    if (entry === undefined) return undefined
    const { component } = await this.#ask(entry, { kind: 'health', peer })
    return component
  }

  async #ask (entry: Entry, { kind, peer = false }: Question): Promise<Answer> {
    const check = entry.checkFor(kind)
    if (peer && entry.remote) return { entry, component: asInformation(check.lastRun) }
    const run = this.#startup.settled(entry, kind) ?? await this.#run(check, peer)
    return { entry, component: run, run }
  }

  async #run (check: Check, peer: boolean): Promise<Outcome> {
    if (!peer) return await check.run()
    const run = await within(PEER_PATIENCE_MS, check.run(), this.#clock)
    return run === TIMED_OUT ? failure(`no result after ${PEER_PATIENCE_MS} ms, which is as long as a service that asks for this report waits`) : run
  }

  /** A check that was left out, or added while the others ran, has not passed yet. */
  #completeStartup (answers: readonly Answer[]): void {
    const passed = new Map(answers.flatMap(({ entry, run }) => run !== undefined && hasPassed(run) ? [[entry, run] as const] : []))
    if (passed.size > 0 && this.#registry.of('startup').every((entry) => passed.has(entry))) this.#startup.complete(passed)
  }
}

/** What is known of a further service: without its parts, which would grow with every round that two services ask each other. */
function asInformation (run: Component | undefined): Component {
  const { components, ...known } = run ?? { status: 'UNKNOWN' }
  return known
}

function worstOf (answers: readonly Answer[]): Status {
  return worst(answers.flatMap(({ run }) => run?.status ?? []))
}

function hasPassed ({ status }: Outcome): boolean {
  return status === 'UP' || status === 'DEGRADED'
}
