import type { FastifyReply, FastifyRequest, onResponseHookHandler } from 'fastify'
import { logSafely } from '../base/safe-log.js'
import type { Logger } from '../base/logger.js'

/** The key of the status code that this plugin has sent, on a reply. */
const SENT = Symbol('fastify-management-endpoints.sent')

interface MarkedReply extends FastifyReply {
  [SENT]?: number
}

/** A hook of the app can choose any code. The limit bounds the log and the memory. */
const MOST_CODES = 20

/** Clients with a cached copy receive this code from @fastify/etag. */
const NOT_MODIFIED = 304

/** Marks a reply as an answer of this plugin. */
export function markSent (reply: MarkedReply, statusCode: number): void {
  reply[SENT] = statusCode
}

/**
 * Returns an `onResponse` hook for the routes of one probe. It logs one warning for each path and code that the app
 * answers the probe with, instead of the plugin: by a hook that refuses requests, a rate limit, or an `onSend`
 * hook that changes the code. Otherwise the app could restart again and again without a reason in its log.
 *
 * Returns `undefined` if the logger writes no warnings: then the hook would only take time.
 */
export function refusedProbeHook (kind: string, log: Logger): onResponseHookHandler | undefined {
  if (writesNothing(log)) return undefined
  const warnings = new RefusalWarnings(kind, log)
  return function warnOfRefusal (request, reply: MarkedReply, done) {
    // Without headers, the client has disconnected. Over HTTP/1.1, Fastify does not even call the hook then.
    if (reply[SENT] !== reply.statusCode && reply.raw.headersSent) warnings.add(request, reply)
    done()
  }
}

class RefusalWarnings {
  readonly #kind: string
  readonly #log: Logger
  readonly #warned = new Set<string>()

  constructor (kind: string, log: Logger) {
    this.#kind = kind
    this.#log = log
  }

  add ({ routeOptions: { url: path = '' } }: FastifyRequest, reply: MarkedReply): void {
    const { statusCode } = reply
    const isChanged = reply[SENT] !== undefined
    const key = `${statusCode} ${path}`
    if ((isChanged && statusCode === NOT_MODIFIED) || this.#warned.has(key) || this.#warned.size >= MOST_CODES) return
    this.#warned.add(key)
    const when = isChanged ? 'after this plugin had answered with another code' : 'before this plugin could answer'
    logSafely(this.#log, 'warn', { probe: this.#kind, path, statusCode },
      `the app answered the ${this.#kind} probe ${path} with ${statusCode}, ${when}. ` +
      `${reaction(this.#kind, statusCode)}. ${REMEDY}`)
  }
}

const REMEDY =
  'Keep hooks and limits of the app off routes with config.management === "probe", or serve the probes on a separate ' +
  'port (option "listen"): see docs/in-your-app.md of fastify-management-endpoints'

/** Describes the reaction of Kubernetes. Codes from 200 to 399 pass, but a redirect to the same host is followed. */
function reaction (kind: string, statusCode: number): string {
  if (statusCode >= 200 && statusCode < 400) {
    const exception = statusCode < 300 ? '' : ', except that it follows a redirect to the same host'
    return `Kubernetes takes the probe as passed, whatever the checks report${exception}`
  }
  return REACTIONS.get(kind) ?? 'Its caller takes the probe as failed, whatever the checks report'
}

const REACTIONS: ReadonlyMap<string, string> = new Map([
  ['liveness', 'Kubernetes takes the probe as failed, and restarts the container again and again'],
  ['startup', 'Kubernetes takes the probe as failed, and restarts the container again and again'],
  ['readiness', 'Kubernetes takes the probe as failed, and sends the pod no traffic']
])

/** Loggers replace methods below their level by one empty function. So does Fastify without a logger. */
function writesNothing (log: Logger): boolean {
  return log.warn === log.trace
}
