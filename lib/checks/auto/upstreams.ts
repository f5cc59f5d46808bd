import type { FastifyInstance } from 'fastify'
import { attemptOr } from '../../base/attempt-or.js'
import { peek } from '../../base/passive.js'
import { rootOf } from '../../base/root-of.js'
import { isFunction, isRecord } from '../../base/type-guards.js'
import type { Doubt } from './find-clients.js'
import { isProxy } from './scopes.js'
import type { Scope } from './scopes.js'

/** The target of a proxy. */
export interface FoundUpstream {
  /** The scheme, the host and the port: @fastify/reply-from uses no more of the address. */
  readonly origin: string
  readonly name: string
  readonly path: string
}

interface Upstreams {
  readonly upstreams: readonly FoundUpstream[]
  readonly doubts: readonly Doubt[]
}

const REPLY_FROM = '@fastify/reply-from'

/** The type of these checks in `include` and `exclude`. */
export const UPSTREAM = 'upstream'

/** Options of the clients of http-proxy that change the way to the target, so that another client could fail. */
const CONNECTION_OPTIONS = [
  'agents', 'ca', 'cert', 'connect', 'dispatcher', 'key', 'pfx', 'proxy', 'rejectUnauthorized', 'request', 'requestTls',
  'servername', 'socketPath'
]

/** Reads the targets of @fastify/http-proxy from the options of its scopes. */
export function findUpstreams (scopes: readonly Scope[]): Upstreams {
  const upstreams: FoundUpstream[] = []
  const doubts: Doubt[] = []
  for (const scope of scopes) {
    const { prefix } = scope.instance
    if (isProxy(scope)) {
      const path = `@fastify/http-proxy at ${prefix === '' ? '/' : prefix}`
      const read = attemptOr(() => readOrigin(scope.options), { reason: 'its options cannot be read' })
      if ('origin' in read) upstreams.push({ origin: read.origin, name: nameOf(prefix), path })
      else doubts.push({ path, reason: read.reason })
    } else if (usesReplyFrom(scope)) {
      doubts.push({
        path: REPLY_FROM,
        reason: 'its option base cannot be read: add a check with upstream()'
      })
    }
  }
  return { upstreams, doubts }
}

/** Returns the origin of the target, or the reason why it is unknown. */
function readOrigin (options: unknown): { readonly origin: string } | { readonly reason: string } {
  if (options === undefined) return { reason: 'it was registered before this plugin, so its upstream is unknown' }
  const getUpstream = peek(options, 'replyOptions', 'getUpstream')
  if (isFunction(getUpstream)) return { reason: 'it chooses the upstream for each request' }
  const url = new URL(String(peek(options, 'upstream')))
  if (!/^https?:$/.test(url.protocol)) return { reason: 'its upstream is no http:// or https:// URL' }
  const reason = connectionProblem(options, url)
  return reason === undefined ? { origin: url.origin } : { reason }
}

function connectionProblem (options: unknown, { protocol }: URL): string | undefined {
  const clients = ['undici', 'http', 'http2'].map((name) => peek(options, name)).filter(isRecord)
  const parts = clients.flatMap((client) => [client, ...Object.keys(client).map((key) => peek(client, key))])
  const found = CONNECTION_OPTIONS.find((option) => parts.some((part) => peek(part, option) !== undefined))
  if (found !== undefined) return `its option ${found} changes the connection: add a check with upstream()`
  const isPlainHttp2 = protocol === 'http:' && Boolean(peek(options, 'http2'))
  return isPlainHttp2 ? 'it sends HTTP/2 without TLS: add a check of your own' : undefined
}

/** Whether the scope has the decorator of @fastify/reply-from, and its parent has not. */
function usesReplyFrom ({ instance }: Scope): boolean {
  if (!instance.hasPlugin(REPLY_FROM)) return false
  const parent = Reflect.getPrototypeOf(instance) as FastifyInstance
  return rootOf(instance) === instance || !parent.hasPlugin(REPLY_FROM)
}

/** The prefix is public, and the host is not. So the name contains the prefix. */
function nameOf (prefix: string): string {
  const words = prefix.split('/').filter((word) => word !== '')
  return [UPSTREAM, ...words].join('.')
}
