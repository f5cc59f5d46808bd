import { reasonOf } from '../../../base/describe.js'
import { isErrorLike } from '../../../base/error-like.js'
import { hasMethods } from '../../../base/type-guards.js'
import type { ServerVersions } from './memcached-client.js'

/** The parts of a `Memcached` of memcached that the check uses. */
export interface MemcachedPackageClient {
  version (callback: (error: unknown, versions: { readonly version: string }[]) => void): void
  settings: unknown
  end (): void
}

/** A command for one server. */
interface Query {
  readonly type: 'version'
  readonly command: 'version'
  readonly callback: (error: Error, answer?: { readonly version: string }) => void
}

/** A socket of the client. */
interface Connection {
  once (event: 'close' | 'error', listener: (error: Error) => void): Connection
  off (event: 'close' | 'error', listener: (error: Error) => void): Connection
}

interface Connections {
  retries: number
  allocate (connected: Connected): unknown
}

type Connected = (error: Error | null | undefined, connection: Connection) => void

/** The parts that the package does not declare. The keys of both records are servers with their ports. */
interface PackageInternals extends MemcachedPackageClient {
  readonly servers: readonly string[]
  /** How often the client repeats an attempt to connect. */
  retries: number
  /** The connections to each server that was used before. */
  readonly connections: Readonly<Record<string, Connections>>
  readonly issues: Readonly<Record<string, { readonly failed: boolean, readonly messages: readonly unknown[] }>>
  connect (server: string, connected: Connected): unknown
  command (makeQuery: () => Query, server: string): void
}

/**
 * Sends one request to each server. The method `version()` would wait for all of them, and for minutes while it
 * connects again to a server that refuses; after that, the client would not use this server for a while.
 */
export async function requestVersions (client: MemcachedPackageClient): Promise<ServerVersions> {
  const internals = client as PackageInternals
  const requests = internals.servers.map(async (server) => await requestVersion(internals, server))
  const answers = await Promise.allSettled(requests)
  const versions = answers.flatMap((answer) => answer.status === 'fulfilled' ? [answer.value] : [])
  const [failure] = answers.flatMap((answer) => answer.status === 'rejected' ? [reasonOf(answer.reason)] : [])
  return { versions, servers: answers.length, failure }
}

async function requestVersion (client: PackageInternals, server: string): Promise<string> {
  const address = /:\d+$/.test(server) ? server : `${server}:11211`
  const { failed = false, messages = [] } = client.issues[address] ?? {}
  if (failed) throw new Error(`the client waits before it uses ${address} again: ${causeIn(messages)}`)
  const connection = await connect(client, server, address)
  return await new Promise((resolve, reject) => {
    const onClose = (): void => settle(() => reject(new Error('the connection is closed')))
    const onError = (error: Error): void => settle(() => reject(error))
    const settle = (end: () => void): void => {
      connection.off('error', onError).off('close', onClose)
      end()
    }
    connection.once('error', onError).once('close', onClose)
    const callback: Query['callback'] = (error, answer) =>
      settle(() => { if (answer === undefined) reject(error); else resolve(answer.version) })
    client.command(() => ({ type: 'version', command: 'version', callback }), server)
  })
}

/** Finds an open connection, or opens one. Does not repeat an attempt that fails. */
async function connect (client: PackageInternals, server: string, address: string): Promise<Connection> {
  return await new Promise((resolve, reject) => {
    const connected: Connected = (error, connection) => {
      if (isErrorLike(error)) reject(error)
      else resolve(connection)
    }
    const known = client.connections[address]
    if (known === undefined) firstConnection(client, server, connected)
    else known.allocate(connected)
  })
}

/** Opens the first connection to a server. The client reads its option `retries` at once. */
function firstConnection (client: PackageInternals, server: string, connected: Connected): void {
  const { retries } = client
  client.retries = 0
  client.connect(server, connected)
  client.retries = retries
  for (const connections of Object.values(client.connections)) connections.retries = retries
}

/** The client keeps errors, and texts of errors. */
function causeIn (messages: readonly unknown[]): string {
  const last = messages.at(-1)
  return typeof last === 'string' ? reasonOf(new Error(last.replace(/^Error: /, ''))) : reasonOf(last)
}

/** Whether a value is a `Memcached` of memcached. */
export function isMemcachedPackage (value: unknown): value is MemcachedPackageClient {
  return hasMethods(value, 'version', 'settings', 'touch', 'end', 'command') &&
    'servers' in value && Array.isArray(value.servers)
}
