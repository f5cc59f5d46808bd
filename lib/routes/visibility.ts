import type { FastifyRequest } from 'fastify'
import type { GuardedFunction } from '../base/guarded-function.js'
import type { Component, Health } from '../health/component.js'
import { PEER_PATIENCE_MS } from '../health/report.js'
import type { Report } from '../health/report.js'
import { STATUSES } from '../health/status.js'
import type { ComponentStatus } from '../health/status.js'
import type { Show } from '../options/types.js'
import { isPeer } from '../dependencies/peer.js'

/** What one request may see of a report. */
export interface Visibility {
  readonly components: boolean
  readonly details: boolean
}

export const NOTHING: Visibility = { components: false, details: false }

/** Decides for a request, with a function of the user's that is guarded: one that fails hides. */
export class Viewer {
  readonly #components: ShowRule
  readonly #details: ShowRule

  constructor (components: ShowRule, details: ShowRule) {
    this.#components = components
    this.#details = details
  }

  /** Whether components are shown: `undefined` where a function has to be asked. */
  get showsComponents (): boolean | undefined {
    const { show } = this.#components
    return typeof show === 'function' ? undefined : show === 'always'
  }

  /**
   * For routes where nobody is asked who he is, while others are closed: there what is shown to everybody is shown to nobody. A
   * function decides by the request, there as elsewhere.
   */
  get whereOthersAreClosed (): Viewer {
    return this.showsComponents === true ? new Viewer({ ...this.#components, show: 'never' }, this.#details) : this
  }

  async visibilityFor (request: FastifyRequest): Promise<Visibility> {
    const patienceMs = isPeer(request) ? PEER_PATIENCE_MS : undefined
    const [components, details] = await Promise.all([this.#components, this.#details].map(async (rule) => await isShown(rule, request, patienceMs)))
    return { components: components === true, details: details === true }
  }
}

interface ShowRule {
  readonly show: Show
  readonly guard: GuardedFunction
}

/** Only `true` itself shows: a function that forgot to return, or returned a user, hides. */
async function isShown ({ show, guard }: ShowRule, request: FastifyRequest, patienceMs?: number): Promise<boolean> {
  if (typeof show !== 'function') return show === 'always'
  const shown: unknown = await guard.run(() => show(request), patienceMs)
  return shown === true
}

/** Cuts a report down to what may be seen. */
export function visibleHealth (health: Health, visibility: Visibility): Pick<Health, 'status'> | Health {
  const { status } = health
  return visibility.components ? { status, components: visibleComponents(health.components, visibility.details) } : { status }
}

/** Cuts a component down to what may be seen, with the parts it is made of. */
export function visibleComponent (component: Component, details: boolean): Component {
  const own = details ? component : { status: component.status }
  return component.components === undefined ? own : { ...own, components: visibleComponents(component.components, details) }
}

/** What is written of something of which no more than its status may be seen. */
export const TERSE = Object.fromEntries([...STATUSES, 'UNKNOWN'].map((status) => [status, JSON.stringify({ status })])) as Readonly<Record<ComponentStatus, string>>

/** Writes as JSON what `visibleHealth` gives, without an object of thousands of components between. No name of a check needs an escape. */
export function visibleText (report: Report, { components, details }: Visibility): string {
  if (!components) return TERSE[report.status]
  const members = report.map((name, component) => `"${name}":${componentText(component, details)}`)
  return `{"status":"${report.status}","components":{${members.join(',')}}}`
}

function componentText (component: Component, details: boolean): string {
  return details || component.components !== undefined ? JSON.stringify(visibleComponent(component, details)) : TERSE[component.status]
}

function visibleComponents (components: Readonly<Record<string, Component>>, details: boolean): Record<string, Component> {
  return Object.fromEntries(Object.entries(components).map(([name, component]) => [name, visibleComponent(component, details)]))
}
