import type { Component } from './component.js'

type Details = Component['details']
type Parts = Component['components']

/** Functions that make the content of a component. Each is called at most once, when the content is first read. */
export interface ContentMakers {
  readonly details?: (() => Details) | undefined
  readonly components?: (() => Parts) | undefined
  /** Makes `details.error` without the other details: the log needs only the reason. By default reads `details`. */
  readonly error?: (() => unknown) | undefined
}

/** The key of a component's content. */
const CONTENT = Symbol('content')

interface WithContent {
  readonly [CONTENT]?: Content
}

/** The details and parts of one component. Drops its makers, and so the values of the check, when both are made. */
class Content {
  #makers: ContentMakers
  #details: Details
  #parts: Parts

  constructor (makers: ContentMakers) {
    this.#makers = makers
  }

  get details (): Details {
    const { details: make, components } = this.#makers
    if (make !== undefined) {
      this.#details = make()
      this.#makers = { components }
    }
    return this.#details
  }

  get parts (): Parts {
    const { components: make, ...others } = this.#makers
    if (make !== undefined) {
      this.#parts = make()
      this.#makers = others
    }
    return this.#parts
  }

  get error (): unknown {
    const { error } = this.#makers
    return error === undefined ? this.details?.['error'] : error()
  }
}

// All objects share these getters: with a getter of its own, each object would have a shape of its own, and a report
// of many checks would take longer.
const DETAILS: PropertyDescriptor & ThisType<WithContent> = {
  get () { return this[CONTENT]?.details }, enumerable: true, configurable: true
}
const PARTS: PropertyDescriptor & ThisType<WithContent> = {
  get () { return this[CONTENT]?.parts }, enumerable: true, configurable: true
}

/**
 * Adds details and parts to a component. They are made when they are first read: most probes show only a status, and
 * the details of a check may be huge. A spread (`{ ...component }`) reads them. To copy a component without reading
 * them, use `withChanges()` and `withoutParts()`.
 */
export function withContent<C extends Pick<Component, 'status'>> (component: C, makers: ContentMakers): C & Component {
  Object.defineProperty(component, CONTENT, { value: new Content(makers) })
  if (makers.details !== undefined) Object.defineProperty(component, 'details', DETAILS)
  if (makers.components !== undefined) Object.defineProperty(component, 'components', PARTS)
  return component
}

/** Copies a component with other values of some properties. Does not read its details and parts. */
export function withChanges<C extends object, Changes extends object> (component: C, changes: Changes): C & Changes {
  if (!(CONTENT in component)) return { ...component, ...changes }
  const properties = { ...Object.getOwnPropertyDescriptors(component), ...Object.getOwnPropertyDescriptors(changes) }
  return Object.defineProperties({}, properties) as C & Changes
}

/** Copies a component without its parts. Does not read its details. */
export function withoutParts (component: Component): Component {
  const { components, ...others } = Object.getOwnPropertyDescriptors(component)
  return Object.defineProperties({}, others) as Component
}

/** Returns `details.error` of a component. Does not read the other details if it can. */
export function errorIn (component: Component & WithContent): unknown {
  const content = component[CONTENT]
  return content === undefined ? component.details?.['error'] : content.error
}
