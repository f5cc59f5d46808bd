import type { Component, Health } from '../health/component.js'
import type { ComponentStatus } from '../health/status.js'
import { takeReason } from './reason.js'

/** The words of the draft. `UNKNOWN` does not affect a status, so it is not `fail`. */
const WORDS: Readonly<Record<ComponentStatus, 'pass' | 'warn' | 'fail'>> =
  { UP: 'pass', DEGRADED: 'warn', UNKNOWN: 'warn', OUT_OF_SERVICE: 'fail', DOWN: 'fail' }

interface DraftHealth {
  readonly status: 'pass' | 'warn' | 'fail'
  readonly checks?: Readonly<Record<string, readonly CheckObject[]>>
}

/** A check in the draft's format. Fields that the draft does not have keep their names. */
interface CheckObject {
  readonly componentId: string
  readonly output?: string
}

/**
 * Converts a report to the format `application/health+json`.
 *
 * @see https://datatracker.ietf.org/doc/html/draft-inadarei-api-health-check-06
 */
export function healthJson ({ status, components }: Pick<Health, 'status'> & Partial<Health>): DraftHealth {
  if (components === undefined) return { status: WORDS[status] }
  const checks = Object.entries(components).map(([name, component]) => [name, checkObjects(name, component)] as const)
  return { status: WORDS[status], checks: Object.fromEntries(checks) }
}

/** Converts one component to a document of the same format, with one check. */
export function componentHealthJson (name: string, component: Component): object {
  const [own, ...parts] = checkObjects(name, component)
  const { output } = own
  const checks = { [name]: [own, ...parts] }
  return { status: WORDS[component.status], ...(output !== undefined && { output }), checks }
}

/** A component and its parts, which follow it in one list. The id of a part is its path. */
function checkObjects (id: string, component: Component): [CheckObject, ...CheckObject[]] {
  const { status, components = {}, details, durationMs, ...others } = component
  const own = {
    componentId: id,
    componentType: 'component',
    status: WORDS[status],
    ...(durationMs !== undefined && { observedValue: durationMs, observedUnit: 'ms' }),
    ...others,
    ...(details !== undefined && withOutput(details, status))
  }
  return [own, ...Object.entries(components).flatMap(([name, part]) => checkObjects(`${id}/${name}`, part))]
}

/** Moves the reason from the details to `output`, which a check that passes must not have. */
function withOutput (details: NonNullable<Component['details']>, status: ComponentStatus): object {
  const { reason, others } = takeReason(details)
  if (status === 'UP' || typeof reason !== 'string') return { details }
  return { output: reason, ...(Object.keys(others).length > 0 && { details: others }) }
}
