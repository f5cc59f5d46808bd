import { ADDRCONFIG, getServers, promises } from 'node:dns'
import type { CheckFunction } from '../../health/check/check-function.js'
import { onAbort } from '../../base/on-abort.js'
import { nonEmptyListOf, oneOf, refuse, text, withDefault } from '../../base/rules.js'
import { readyMadeOptions } from '../kit/ready-made-options.js'
import type { Rule } from '../../base/rules.js'
import { readyMade } from '../kit/ready-made.js'
import { timed } from '../kit/result.js'
import type { Details } from '../kit/result.js'
import { lookup as sharedLookup } from './lookup.js'
import type { Lookup } from './lookup.js'
import type { TimeLimit } from '../kit/time-limit.js'

const TYPES = ['A', 'AAAA', 'CNAME', 'MX', 'NS', 'SRV', 'TXT'] as const

/**
 * A type of DNS record.
 *
 * @see `docs/ready-made-checks.md#dns`
 */
export type DnsRecordType = typeof TYPES[number]

/**
 * The options of `dns()`.
 *
 * @see `docs/ready-made-checks.md#dns`
 */
export interface DnsOptions {
  /**
   * Finds only IPv4 or only IPv6 addresses; not with `type` or `servers`.
   *
   * @default both
   * @example { family: 4 }
   * @see `docs/ready-made-checks.md#dns`
   */
  readonly family?: 4 | 6 | undefined
  /**
   * Queries a DNS server directly for records of this type.
   *
   * @default `A` with `servers`
   * @example { type: 'MX' }
   * @see `docs/ready-made-checks.md#dns`
   */
  readonly type?: DnsRecordType | undefined
  /**
   * The DNS servers: IP addresses with an optional port.
   *
   * @default the servers of the host
   * @example { servers: ['10.0.0.2', '[::1]:5353'] }
   * @see `docs/ready-made-checks.md#dns`
   */
  readonly servers?: readonly string[] | undefined
}

interface DnsSettings {
  readonly family: 4 | 6 | undefined
  readonly type: DnsRecordType | undefined
  readonly servers: readonly string[] | undefined
}

/** A query to a DNS server. */
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

const readOptions = readyMadeOptions<DnsSettings>('name', {
  family: withDefault(family, undefined),
  type: withDefault(oneOf(TYPES), undefined),
  servers: withDefault(nonEmptyListOf(server), undefined)
})

/**
 * Makes a check that resolves a name as the app's own connections do, or with `type` or `servers` at a DNS server.
 *
 * @throws FST_MANAGEMENT_OPTION_INVALID
 * @example fastify.management.addCheck('health', 'dns', dns('database.internal'))
 * @see `docs/ready-made-checks.md#dns`
 * @see https://nodejs.org/api/dns.html#implementation-considerations
 */
export function dns (name: string, options: DnsOptions = {}): CheckFunction {
  return dnsWith(sharedLookup, name, options)
}

/** Makes the check with another lookup, for tests. */
export function dnsWith (lookup: Lookup, name: string, options: DnsOptions): CheckFunction {
  const checkedName = text(name, 'dns.name')
  const resolve = resolverOf(lookup, checkedName, readDnsOptions(options))
  return readyMade(async ({ limit, details }) => {
    const { result, latencyMs } = await limit.wait(timed(async () => await resolve(limit)))
    Object.assign(details, result, { latencyMs })
  }, { name: checkedName })
}

function readDnsOptions (options: DnsOptions): DnsSettings {
  const settings = readOptions(options, 'dns')
  const { family, type, servers } = settings
  const isLookup = type === undefined && servers === undefined
  if (isLookup || family === undefined) return settings
  return refuse(family, 'dns.family', 'omitted with dns.type or dns.servers (use the type A or AAAA instead)')
}

function resolverOf (
  lookup: Lookup, name: string, { family, type, servers }: DnsSettings
): (limit: TimeLimit) => Promise<Details> {
  if (type === undefined && servers === undefined) {
    return async () => ({ addresses: await addressesOf(lookup, name, family) })
  }
  const query = { name, type: type ?? 'A', servers }
  return async (limit) => ({ type: query.type, records: await recordsOf(query, limit) })
}

async function addressesOf (lookup: Lookup, name: string, family: 4 | 6 | undefined): Promise<string[]> {
  // Connections also omit addresses of an IP version that this host does not use.
  const hints = process.platform === 'win32' || family !== undefined ? 0 : ADDRCONFIG
  const addresses = await lookup.all(name, { family, hints })
  return addresses.map(({ address }) => address)
}

async function recordsOf ({ name, type, servers }: DnsQuery, { ms, signal }: TimeLimit): Promise<unknown> {
  signal.throwIfAborted()
  const resolver = new promises.Resolver({ timeout: timeoutOf((servers ?? getServers()).length, ms), tries: 1 })
  if (servers !== undefined) resolver.setServers(servers)
  const stopListening = onAbort(signal, () => resolver.cancel())
  try {
    return await resolver.resolve(name, type)
  } finally {
    stopListening()
  }
}

/**
 * Returns the time that each server has for its answer, in milliseconds. Each server gets one try: Node.js drops late
 * answers to a try, so more tries would leave less time to a slow server. Node.js may notice the end of a try only
 * after twice its time, so the formula gives twice the time to all servers but the last. A single server has until the
 * limit.
 */
function timeoutOf (servers: number, ms: number): number {
  return servers > 1 ? Math.ceil(ms / (2 * servers - 1)) : ms + 1_000
}
