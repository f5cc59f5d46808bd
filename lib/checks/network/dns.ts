import { ADDRCONFIG, getServers, promises } from 'node:dns'
import type { CheckFunction } from '../../health/check/attempt.js'
import { filledListOf, oneOf, optionsOf, refuse, text, withDefault } from '../../base/rules.js'
import type { Rule } from '../../base/rules.js'
import { readyMade } from '../kit/ready-made.js'
import { timed } from '../kit/result.js'
import type { Details } from '../kit/result.js'
import { lookup as sharedLookup } from './lookup.js'
import type { Lookup } from './lookup.js'
import type { TimeLimit } from '../kit/time-limit.js'

const TYPES = ['A', 'AAAA', 'CNAME', 'MX', 'NS', 'SRV', 'TXT'] as const

/** A type of record in the domain name system. */
export type DnsRecordType = typeof TYPES[number]

/** How `dns` resolves a name. */
export interface DnsOptions {
  /** Only addresses of IPv4, or of IPv6. Not with `type` and `servers`. Default both. */
  readonly family?: 4 | 6 | undefined
  /** Asks a server of the domain name system itself for such records. Default `A` where `servers` are given. */
  readonly type?: DnsRecordType | undefined
  /** The servers to ask, each an IP address with an optional port (`10.0.0.2`, `[::1]:5353`). Default those of the host. */
  readonly servers?: readonly string[] | undefined
}

interface DnsSettings {
  readonly family: 4 | 6 | undefined
  readonly type: DnsRecordType | undefined
  readonly servers: readonly string[] | undefined
}

/** What is asked of a server. */
interface DnsQuery {
  readonly name: string
  readonly type: DnsRecordType
  readonly servers: readonly string[] | undefined
}

const family: Rule<4 | 6> = (value, option) => value === 4 || value === 6 ? value : refuse(value, option, '4 or 6')

const server: Rule<string> = (value, option) => {
  const address = text(value, option)
  try {
    new promises.Resolver().setServers([address])
    return address
  } catch {
    return refuse(value, option, 'an IP address with an optional port')
  }
}

const readOptions = optionsOf<DnsSettings>({
  family: withDefault(family, undefined),
  type: withDefault(oneOf(TYPES), undefined),
  servers: withDefault(filledListOf(server), undefined)
})

/**
 * Makes a check that resolves a name. It is `UP` when there is an answer, else `DOWN` with the reason. By default it resolves as the
 * app's own connections do, hosts file and search domains included; with `type` or `servers` it asks a server of the domain
 * name system.
 *
 * For `health`, or for readiness where nothing works without the name. Not for liveness: a restart does not mend a server.
 *
 * @throws FST_MANAGEMENT_OPTION_INVALID
 * @example
 * fastify.management.addCheck('health', 'dns', dns('database.internal'))
 * @see https://nodejs.org/api/dns.html#implementation-considerations for the two ways to resolve, and what each may hold up
 */
export function dns (name: string, options: DnsOptions = {}): CheckFunction {
  return dnsBy(sharedLookup, name, options)
}

/** Makes the check with a lookup of one's own. */
export function dnsBy (lookup: Lookup, name: string, options: DnsOptions): CheckFunction {
  const asked = text(name, 'dns.name')
  const resolve = resolverOf(lookup, asked, readDnsOptions(options))
  return readyMade(async ({ limit, details }) => {
    const { result, latencyMs } = await limit.wait(timed(async () => await resolve(limit)))
    Object.assign(details, result, { latencyMs })
  }, { name: asked })
}

function readDnsOptions (options: DnsOptions): DnsSettings {
  const settings = readOptions(options, 'dns')
  const { family, type, servers } = settings
  const isLookup = type === undefined && servers === undefined
  return isLookup || family === undefined ? settings : refuse(family, 'dns.family', 'left out with dns.type and dns.servers: the types are A and AAAA')
}

function resolverOf (lookup: Lookup, name: string, { family, type, servers }: DnsSettings): (limit: TimeLimit) => Promise<Details> {
  if (type === undefined && servers === undefined) return async () => ({ addresses: await addressesOf(lookup, name, family) })
  const query = { name, type: type ?? 'A', servers }
  return async (limit) => ({ type: query.type, records: await recordsOf(query, limit) })
}

async function addressesOf (lookup: Lookup, name: string, family: 4 | 6 | undefined): Promise<string[]> {
  // As connections do: without addresses of a version of IP that this host has none of.
  const hints = process.platform === 'win32' || family !== undefined ? 0 : ADDRCONFIG
  const addresses = await lookup.all(name, { family, hints })
  return addresses.map(({ address }) => address)
}

async function recordsOf ({ name, type, servers }: DnsQuery, { ms, signal }: TimeLimit): Promise<unknown> {
  signal.throwIfAborted()
  const resolver = new promises.Resolver({ timeout: timeoutOf((servers ?? getServers()).length, ms), tries: 1 })
  if (servers !== undefined) resolver.setServers(servers)
  const cancel = (): void => resolver.cancel()
  signal.addEventListener('abort', cancel, { once: true })
  try {
    return await resolver.resolve(name, type)
  } finally {
    signal.removeEventListener('abort', cancel)
  }
}

/**
 * How long one of so many servers has for its answer, in milliseconds. It is asked once: an answer to a try that is over is dropped, so
 * that more tries would leave less to a slow server. Node.js looks only every so often whether a try is over, and so finds it out
 * after up to twice the time: in that all but the last must fit. One alone has until the limit.
 */
function timeoutOf (servers: number, ms: number): number {
  return servers > 1 ? Math.ceil(ms / (2 * servers - 1)) : ms + 1_000
}
