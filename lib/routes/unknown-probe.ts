import type { FastifyRequest } from 'fastify'
import { logSafely } from '../base/safe-log.js'
import type { Logger } from '../base/logger.js'
import { redactAndTruncate } from '../base/truncate.js'

/** The user agent of the kubelet and of `management-probe`. */
const PROBER = 'kube-probe/'

/** Any client can send the user agent. The limits bound the log and the memory. */
const MOST_PATHS = 20
const LONGEST_PATH = 200

/**
 * Returns a function that logs one warning for each path below `/health/` that a kubelet probes, and that answers 404.
 * Requests for these paths are not logged, so a mistyped path could restart the container without a reason in the log.
 */
export function unknownProbeWarning (log: Logger): (request: Pick<FastifyRequest, 'headers' | 'url'>) => void {
  const warned = new Set<string>()
  return ({ headers, url }) => {
    if (headers['user-agent']?.startsWith(PROBER) !== true || warned.size >= MOST_PATHS) return
    const [requested = ''] = url.split('?')
    const path = redactAndTruncate(requested, LONGEST_PATH)
    if (warned.has(path)) return
    warned.add(path)
    logSafely(log, 'warn', { path, statusCode: 404 },
      `a probe requested ${path}, which is no probe and no visible check: it gets 404, which Kubernetes takes as a ` +
      'failure. Correct the path of the probe: see docs/troubleshooting.md of fastify-management-endpoints')
  }
}
