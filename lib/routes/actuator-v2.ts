import type { Component, Health } from '../health/component.js'

/** Writes a report in version 2 of Actuator's format, where what has parts calls them `details`. */
export function healthV2 ({ status, components }: Partial<Health>): object {
  return { status, ...(components !== undefined && { details: componentsV2(components) }) }
}

/** Writes a component in version 2 of Actuator's format. */
export function componentV2 ({ components, ...component }: Component): object {
  return components === undefined ? component : { ...component, details: { ...component.details, ...componentsV2(components) } }
}

function componentsV2 (components: Readonly<Record<string, Component>>): Record<string, object> {
  return Object.fromEntries(Object.entries(components).map(([name, component]) => [name, componentV2(component)]))
}
