import { STATUSES } from '../health/status.js'
import type { Settings } from '../options/settings.js'
import type { Answer, Responses } from './operation.js'

/** Returns one answer per status code. Its description lists the statuses with this code. */
export function answersByStatus (
  statusCodes: Settings['statusCodes'], answer: (description: string) => Answer
): Responses {
  const codes = [...new Set(Object.values(statusCodes))]
  const statusesWith = (code: number): string => STATUSES.filter((status) => statusCodes[status] === code).join(', ')
  return Object.fromEntries(codes.map((code) => [code, answer(statusesWith(code))]))
}
