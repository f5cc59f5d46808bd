import { awaitOr } from '../../../base/attempt-or.js'
import { interruptible } from '../../../base/interruptible.js'
import { hasMethods, isFunction, isRecord } from '../../../base/type-guards.js'
import type { TimeLimit } from '../../kit/time-limit.js'

/** The parts of a `MongoClient` that the second client uses. */
interface SecondClient {
  readonly options: object
  on (event: 'serverHeartbeatFailed', listener: (event: { readonly failure: Error }) => void): unknown
  db (name: string): PingableDatabase
  close (): Promise<void>
}

interface PingableDatabase {
  command (command: { readonly ping: 1 }, options: { readonly signal: AbortSignal }): Promise<unknown>
}

type ClientClass = new (url: string, options: object) => SecondClient

/** The options that decide how a client connects. The driver's parsed options keep the names of the given options. */
const CONNECTION_OPTIONS: ReadonlySet<string> = new Set([
  'ALPNProtocols', 'allowPartialTrustChain', 'appName', 'autoSelectFamily', 'autoSelectFamilyAttemptTimeout', 'ca',
  'cert', 'checkServerIdentity', 'ciphers', 'compressors', 'crl', 'driverInfo', 'ecdhCurve', 'family', 'hints',
  'keepAliveInitialDelay', 'key', 'localAddress', 'lookup', 'minDHSize', 'noDelay', 'passphrase', 'pfx', 'proxyHost',
  'proxyPassword', 'proxyPort', 'proxyUsername', 'rejectUnauthorized', 'runtimeAdapters', 'secureContext',
  'secureProtocol', 'serverApi', 'servername', 'tls', 'zlibCompressionLevel'
])

/** The mechanisms that fetch a token for each login. */
const TOKEN_MECHANISMS: readonly unknown[] = ['MONGODB-AWS', 'MONGODB-OIDC']

/**
 * The longest wait for the next answer while connecting, in milliseconds. The driver cannot cancel a handshake, so a
 * connection to a frozen server outlives an aborted run by this time.
 */
const LONGEST_SILENCE_MS = 2_000

/** The codes of a connection that the server closes while the client writes its first message. */
const CLOSED_CODES: readonly unknown[] = ['ECONNRESET', 'EPIPE']

/**
 * Makes a client of the same class as the app's client, with the same options and login, for one connection to one
 * server. A `MongoClient` has no method that opens a connection beside its pool.
 *
 * @param address the server, as the driver's events name it
 * @param ms the time limit of the run
 * @throws if the app's client is not a `MongoClient` whose options can be copied
 */
export function secondClientOf (client: object, address: string, ms: number): SecondClient {
  const options = parsedOptionsOf(client)
  const shared = Object.entries(options).filter(([name, value]) => CONNECTION_OPTIONS.has(name) && value !== undefined)
  const credentials = isRecord(options['credentials']) ? options['credentials'] : undefined
  const silence = Math.min(ms, LONGEST_SILENCE_MS)
  const host = address.includes('/') ? encodeURIComponent(address) : address
  const mode = options['loadBalanced'] === true ? 'loadBalanced' : 'directConnection'
  const second = new (classOf(client))(`mongodb://${host}/?${mode}=true`, {
    ...Object.fromEntries(shared),
    ...credentials !== undefined && loginOf(credentials),
    connectTimeoutMS: silence,
    socketTimeoutMS: silence,
    // Longer than the run: the reason of a timeout is then always the reason of the run's own limit.
    serverSelectionTimeoutMS: 2 * ms,
    maxPoolSize: 1,
    serverMonitoringMode: 'poll'
  })
  if (!hasMethods(second, 'on', 'db', 'close')) throw new Error('the client has another class')
  return second
}

function parsedOptionsOf (client: object): Readonly<Record<string, unknown>> {
  const options: unknown = Reflect.get(client, 'options')
  if (!isRecord(options)) throw new Error('the client has no options')
  return options
}

/** Finds the driver's class. An app may have derived its own class, whose constructor takes other arguments. */
function classOf (client: object): ClientClass {
  const owner = chainOf(client).findLast((at) => Object.hasOwn(at, 'db') && Object.hasOwn(at, 'close'))
  const found: unknown = owner?.['constructor']
  if (!isFunction(found)) throw new Error('the client has no class')
  return found as unknown as ClientClass
}

/** Returns an object and its prototypes. */
function chainOf (value: unknown): readonly Readonly<Record<string, unknown>>[] {
  return isRecord(value) ? [value, ...chainOf(Object.getPrototypeOf(value))] : []
}

/** Converts the parsed login to the options of a client. */
function loginOf (credentials: Readonly<Record<string, unknown>>): object {
  const { username, password, source, mechanism, mechanismProperties } = credentials
  if (TOKEN_MECHANISMS.includes(mechanism)) throw new Error(`${String(mechanism)} would fetch another token`)
  return {
    ...username !== '' && { auth: { username, password } },
    ...mechanism !== 'DEFAULT' && { authMechanism: mechanism },
    authSource: source,
    authMechanismProperties: mechanismProperties
  }
}

/**
 * Connects, logs in, sends one command, and closes the client. The client's monitor notices first if the server cannot
 * be reached; the driver itself would try again until the limit.
 */
export async function pingOnce (second: SecondClient, limit: TimeLimit): Promise<void> {
  try {
    await limit.wait(interruptible(
      second.db('admin').command({ ping: 1 }, { signal: limit.signal }),
      ({ reject }) => {
        second.on('serverHeartbeatFailed', ({ failure }) => reject(failure))
        return () => undefined
      }
    ))
  } finally {
    // When the limit is over, the client closes without further waiting.
    await awaitOr(async () => await limit.wait(second.close()), undefined)
  }
}

/**
 * Whether the server closed a connection before it answered. MongoDB does so when it has no room for connections, and
 * sends no error.
 */
export function isClosedUnanswered (error: unknown): boolean {
  if (!isRecord(error) || error['name'] !== 'MongoNetworkError') return false
  const { cause, message } = error
  return isRecord(cause) ? CLOSED_CODES.includes(cause['code']) : String(message).endsWith('closed')
}
