import type { Component, Health } from '../health/component.js'
import { ACTUATOR_V2 } from './media-type.js'
import type { ActuatorType } from './media-type.js'

/** The way to write components for one request. */
export interface ActuatorForm {
  readonly mediaType: ActuatorType
  /**
   * True to put the parts of a component into its details too. Spring Boot Admin shows `details ?? components`, so it
   * hides the parts of a component that has both. False for a peer, which reads both and would report each part twice.
   *
   * @see https://github.com/codecentric/spring-boot-admin `health-details.vue`
   */
  readonly mergesParts: boolean
}

/** Converts a report to Actuator's format. Version 2 of the format names the components `details`. */
export function actuatorHealth ({ status, components }: Partial<Health>, form: ActuatorForm): object {
  if (components === undefined) return { status }
  return { status, [partsKey(form)]: actuatorComponents(components, form) }
}

/**
 * Converts a component and its parts to Actuator's format. If a detail and a part have the same name, `details`
 * contains the detail, and the part is still in `components`.
 */
export function actuatorComponent (component: Component, form: ActuatorForm): object {
  const { components, ...own } = component
  if (components === undefined) return component
  const parts = actuatorComponents(components, form)
  const { details } = own
  if (details === undefined) return { ...own, [partsKey(form)]: parts }
  return { ...own, details: form.mergesParts ? { ...parts, ...details } : details, components: parts }
}

function partsKey ({ mediaType }: ActuatorForm): 'components' | 'details' {
  return mediaType === ACTUATOR_V2 ? 'details' : 'components'
}

function actuatorComponents (
  components: Readonly<Record<string, Component>>, form: ActuatorForm
): Record<string, object> {
  return Object.fromEntries(
    Object.entries(components).map(([name, component]) => [name, actuatorComponent(component, form)])
  )
}
