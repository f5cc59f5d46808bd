import { STATUSES } from '../health/status.js'
import type { Settings } from '../options/settings.js'
import type { ResponseSchema } from './responses.js'

/** Returns one response schema per status code. Its description lists the statuses with this code. */
export function responsesByStatus (
  statusCodes: Settings['statusCodes'], response: (description: string) => ResponseSchema
): Record<number, ResponseSchema> {
  const codes = [...new Set(Object.values(statusCodes))]
  const statusesWith = (code: number): string => STATUSES.filter((status) => statusCodes[status] === code).join(', ')
  return Object.fromEntries(codes.map((code) => [code, response(statusesWith(code))]))
}
