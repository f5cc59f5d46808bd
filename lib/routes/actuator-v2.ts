import type { Component, Health } from '../health/component.js'

/** Converts a report to version 2 of Actuator's format, which names the components `details`. */
export function healthV2 ({ status, components }: Partial<Health>): object {
  return { status, ...(components !== undefined && { details: componentsV2(components) }) }
}

/** Converts a component to version 2 of Actuator's format, which puts the parts into `details`. */
export function componentV2 ({ components, ...component }: Component): object {
  if (components === undefined) return component
  return { ...component, details: { ...component.details, ...componentsV2(components) } }
}

function componentsV2 (components: Readonly<Record<string, Component>>): Record<string, object> {
  return Object.fromEntries(Object.entries(components).map(([name, component]) => [name, componentV2(component)]))
}
