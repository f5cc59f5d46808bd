import type { FastifyRequest } from 'fastify'
import { HOP_HEADER } from '../checks/network/service-dependency.js'

/** Whether another instance asks, for a report of its own, in which this app is a service dependency. */
export function isPeer (request: FastifyRequest): boolean {
  return request.headers[HOP_HEADER] !== undefined
}
