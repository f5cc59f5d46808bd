import type { FastifyRequest } from 'fastify'
import type { Guard } from '../guard.js'
import type { Component, Health } from '../health/component.js'
import type { Show } from '../options.js'

/** What one request may see of a report. */
export interface Visibility {
  readonly components: boolean
  readonly details: boolean
}

export const NOTHING: Visibility = { components: false, details: false }

/** Decides for a request, with a function of the user's that is guarded: one that fails hides. */
export class Viewer {
  readonly #components: Rule
  readonly #details: Rule

  constructor (components: Rule, details: Rule) {
    this.#components = components
    this.#details = details
  }

  async visibilityFor (request: FastifyRequest): Promise<Visibility> {
    const [components, details] = await Promise.all([isShown(this.#components, request), isShown(this.#details, request)])
    return { components, details }
  }
}

interface Rule {
  readonly show: Show
  readonly guard: Guard
}

/** Only `true` itself shows: a function that forgot to return, or returned a user, hides. */
async function isShown ({ show, guard }: Rule, request: FastifyRequest): Promise<boolean> {
  if (typeof show !== 'function') return show === 'always'
  const shown: unknown = await guard.run(() => show(request))
  return shown === true
}

/** Cuts a report down to what may be seen. */
export function visibleHealth ({ status, components }: Health, visibility: Visibility): Pick<Health, 'status'> | Health {
  return visibility.components ? { status, components: visibleComponents(components, visibility.details) } : { status }
}

/** Cuts a component down to what may be seen, with the parts it is made of. */
export function visibleComponent (component: Component, details: boolean): Component {
  const own = details ? component : { status: component.status }
  return component.components === undefined ? own : { ...own, components: visibleComponents(component.components, details) }
}

function visibleComponents (components: Readonly<Record<string, Component>>, details: boolean): Record<string, Component> {
  return Object.fromEntries(Object.entries(components).map(([name, component]) => [name, visibleComponent(component, details)]))
}
