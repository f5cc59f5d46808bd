import type { Component, Health } from '../health/component.js'
import { isPassing } from '../health/status.js'
import type { ComponentStatus } from '../health/status.js'
import { takeReason } from './reason.js'

/** The words of @nestjs/terminus. Version 11 and older have no word for `DEGRADED`, which is a success there. */
const WORDS: Readonly<Record<ComponentStatus, 'up' | 'down' | 'unknown'>> =
  { UP: 'up', DEGRADED: 'up', UNKNOWN: 'unknown', OUT_OF_SERVICE: 'down', DOWN: 'down' }

interface TerminusHealth {
  readonly status: 'ok' | 'error' | 'shutting_down'
  readonly info: object
  readonly error: object
  readonly details: object
}

/**
 * Converts a report to the format of @nestjs/terminus: `info` contains the checks that pass, `error` the checks that
 * fail, and `details` both. If the components are hidden, these objects are empty, because clients read them.
 *
 * @see https://github.com/nestjs/terminus `health-check-executor.service.ts`
 */
export function terminusHealth (
  { status, components = {} }: Pick<Health, 'status'> & Partial<Health>, isShuttingDown: boolean
): TerminusHealth {
  const entries = Object.entries(components)
  const indicators = (word: 'up' | 'down'): object => Object.fromEntries(
    entries.filter(([, { status }]) => WORDS[status] === word).map(([name, part]) => [name, indicator(part)]))
  const info = indicators('up')
  const error = indicators('down')
  const failure = isShuttingDown ? 'shutting_down' : 'error'
  return { status: isPassing(status) ? 'ok' : failure, info, error, details: { ...info, ...error } }
}

/** Converts a component. The details of a check are keys of its indicator, and `status` comes last. */
function indicator ({ status, details = {}, durationMs, components = {} }: Component): object {
  const parts = Object.entries(components).map(([name, part]) => [name, indicator(part)] as const)
  return {
    ...(status === 'UP' ? details : withMessage(details)),
    ...(parts.length > 0 && { components: Object.fromEntries(parts) }),
    ...(durationMs !== undefined && { responseTime: Math.round(durationMs) }),
    status: WORDS[status]
  }
}

/** Renames the reason to `message`, unless the check has a detail of this name. */
function withMessage (details: NonNullable<Component['details']>): object {
  const { reason, others } = takeReason(details)
  return reason === undefined || 'message' in details ? details : { message: reason, ...others }
}
