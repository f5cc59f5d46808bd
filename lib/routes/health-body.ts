import type { Component, Health } from '../health/component.js'
import type { Report } from '../health/report.js'
import { STATUSES } from '../health/status.js'
import type { ComponentStatus } from '../health/status.js'
import type { Visibility } from './visibility.js'

/** The JSON text `{"status":"…"}` for each status, written once. */
export const TERSE_BODIES = Object.fromEntries(
  [...STATUSES, 'UNKNOWN'].map((status) => [status, JSON.stringify({ status })])
) as Readonly<Record<ComponentStatus, string>>

/** Returns the parts of a report that a request may see. */
export function visibleHealth (health: Health, { components, details }: Visibility): Pick<Health, 'status'> | Health {
  const { status } = health
  return components ? { status, components: visibleComponents(health.components, details) } : { status }
}

/** Returns a component with its parts, and with their details only if `details` is true. */
export function visibleComponent (component: Component, details: boolean): Component {
  const own = details ? component : { status: component.status }
  if (component.components === undefined) return own
  return { ...own, components: visibleComponents(component.components, details) }
}

/**
 * Writes the JSON of `visibleHealth`. Names of checks need no escapes in JSON. Fast path: without an object of all
 * components, `/health` with 1,000 checks takes 1.85 times as long as its `JSON.stringify`, instead of 6 times.
 */
export function visibleText (report: Report, { components, details }: Visibility): string {
  if (!components) return TERSE_BODIES[report.status]
  const members = report.map((name, component) => `"${name}":${componentText(component, details)}`)
  return `{"status":"${report.status}","components":{${members.join(',')}}}`
}

function componentText (component: Component, details: boolean): string {
  if (!details && component.components === undefined) return TERSE_BODIES[component.status]
  return JSON.stringify(visibleComponent(component, details))
}

function visibleComponents (
  components: Readonly<Record<string, Component>>, details: boolean
): Record<string, Component> {
  return Object.fromEntries(
    Object.entries(components).map(([name, component]) => [name, visibleComponent(component, details)])
  )
}
