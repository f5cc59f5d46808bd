import type { FastifyRequest } from 'fastify'
import { HOP_HEADER } from '../checks/network/service-dependency.js'

/** Whether a peer sent this request. A peer requests our health as its service dependency. */
export function isPeer (request: FastifyRequest): boolean {
  return request.headers[HOP_HEADER] !== undefined
}
