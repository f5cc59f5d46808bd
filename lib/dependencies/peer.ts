import type { FastifyReply, FastifyRequest } from 'fastify'
import { HOP_HEADER, reportTimeMs } from '../checks/network/peer-headers.js'

/** Whether a peer sent this request. A peer requests our health as its service dependency. */
export function isPeer (request: FastifyRequest): boolean {
  return request.headers[HOP_HEADER] !== undefined
}

/**
 * Returns the time that is left for the answer to a peer, in milliseconds, or `undefined` without a limit. Hooks of the
 * app have used a part of the time. (`elapsedTime` is 0 in an app without a logger.)
 */
export function timeLimitOf (request: FastifyRequest, reply: FastifyReply): number | undefined {
  if (!isPeer(request)) return undefined
  const limitMs = reportTimeMs(request.headers)
  return limitMs === undefined ? undefined : Math.max(0, Math.floor(limitMs - reply.elapsedTime))
}
