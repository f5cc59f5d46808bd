import { STATUSES } from '../health/status.js'
import type { Settings } from '../options/settings.js'
import type { ResponseSchema } from './schemas.js'

/** The response schemas of a route that answers a status: one for each code that a status has, which says the statuses it stands for. */
export function responsesByStatus (statusCodes: Settings['statusCodes'], response: (description: string) => ResponseSchema): Record<number, ResponseSchema> {
  const codes = [...new Set(Object.values(statusCodes))]
  return Object.fromEntries(codes.map((code) => [code, response(STATUSES.filter((status) => statusCodes[status] === code).join(', '))]))
}
