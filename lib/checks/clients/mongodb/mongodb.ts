import { isErrorLike } from '../../../base/error-like.js'
import { awaitOr } from '../../../base/attempt-or.js'
import type { CheckFunction } from '../../../health/check/check-function.js'
import { flag, withDefault } from '../../../base/rules.js'
import { readyMadeOptions } from '../../kit/ready-made-options.js'
import { failureStatus } from '../../kit/rules.js'
import { readyMade } from '../../kit/ready-made.js'
import { timed } from '../../kit/result.js'
import type { Details } from '../../kit/result.js'
import type { TimeLimit } from '../../kit/time-limit.js'
import { MongodbDeployment } from './mongodb-deployment.js'
import type { MongodbEvents } from './mongodb-deployment.js'
import { isCollection, isSession, MONGODB_MISTAKES } from './mongodb-mistakes.js'
import { MongodbRenewal } from './mongodb-renewal.js'
import { clientFrom } from '../client-source.js'
import type { ClientSource } from '../client-source.js'
import { PerClient } from '../per-client.js'
import { exhaustedFailure, exhaustedForRule } from '../exhaustion.js'
import type { ExhaustionOptions, ExhaustionSettings } from '../exhaustion.js'
import { renewAfterRule } from '../renewal.js'
import type { RenewalOptions } from '../renewal.js'
import { hasMethods, isFunction, isRecord } from '../../../base/type-guards.js'

/** The options of a command. */
export interface MongodbCommandOptions {
  readonly signal: AbortSignal
  readonly readPreference: 'primary' | 'primaryPreferred'
}

/** The parts of a mongodb `Db` that the check uses. */
export interface MongodbDatabase {
  readonly client: MongodbConnections
  command (command: Readonly<Record<string, number>>, options: MongodbCommandOptions): Promise<unknown>
}

/** The parts of a `MongoClient` that the check uses. */
export interface MongodbConnections extends MongodbEvents {
  readonly options: { readonly maxPoolSize: number }
  db (name: string): MongodbDatabase
}

/** The decorator `fastify.mongo` of `@fastify/mongodb`. */
interface MongodbDecorator {
  readonly client: MongodbConnections
  readonly db?: MongodbDatabase
}

/**
 * A `MongoClient` or a `Db` of mongodb, or `fastify.mongo`.
 *
 * @see `docs/ready-made-checks.md#mongodb`
 */
export type MongodbClient = MongodbConnections | MongodbDatabase | MongodbDecorator

/**
 * The options of `mongodb()`.
 *
 * @see `docs/ready-made-checks.md#mongodb`
 */
export interface MongodbOptions extends ExhaustionOptions, RenewalOptions {
  /**
   * Whether a deployment without writes, for example a replica set without a primary, is `DOWN`.
   *
   * @default false
   * @example { writable: true }
   * @see `docs/ready-made-checks.md#mongodb`
   */
  readonly writable?: boolean | undefined
}

/** The options with their defaults. */
interface MongodbSettings extends ExhaustionSettings {
  readonly writable: boolean
  readonly renewAfter: number
}

const CLIENT_TYPE = {
  check: 'mongodb',
  description: 'a MongoClient or a Db of mongodb, fastify.mongo, or a function that returns one',
  is: isMongoDb,
  mistakes: MONGODB_MISTAKES
}

const readOptions = readyMadeOptions<MongodbSettings>('client', {
  writable: withDefault(flag, false),
  whenExhausted: failureStatus('OUT_OF_SERVICE'),
  exhaustedFor: exhaustedForRule,
  renewAfter: renewAfterRule
})

/**
 * Makes a check that sends `hello` to a MongoDB server, on the app's own client, and at times on a new connection.
 *
 * @param client a `MongoClient` or a `Db` of mongodb (6.13 or newer), `fastify.mongo` (`fastify.mongo.NAME`) of
 *   `@fastify/mongodb`, `connection.getClient()` of mongoose, or a function that returns it
 * @throws FST_MANAGEMENT_CLIENT_INVALID, FST_MANAGEMENT_OPTION_INVALID
 * @example fastify.management.addCheck('readiness', 'mongodb', mongodb(fastify.mongo))
 * @see `docs/ready-made-checks.md#mongodb`
 */
export function mongodb (client: ClientSource<MongodbClient>, options: MongodbOptions = {}): CheckFunction {
  const current = clientFrom(client, CLIENT_TYPE)
  const settings = readOptions(options, 'mongodb')
  const deployments = new PerClient((client: MongodbConnections) => new MongodbDeployment(client))
  const renewal = new MongodbRenewal(settings.renewAfter)
  // Listens from now on: the driver does not report connections that were taken from a pool before.
  if (!isFunction(client)) deployments.of(databaseOf(current()).client)
  return readyMade(async ({ limit, details, log }) => {
    const database = databaseOf(current())
    const deployment = deployments.of(database.client)
    Object.assign(details, await sendHello({ database, deployment }, settings, limit))
    if (settings.writable && details['readOnly'] === true) throw new Error('the server is read-only')
    await renewal.renew({ client: database.client, address: deployment.lastAddress }, limit, log)
  })
}

interface Target {
  readonly database: MongodbDatabase
  readonly deployment: MongodbDeployment
}

/** The signal also ends the driver's wait for a server and for a connection. The driver rejects after that. */
async function sendHello (
  { database, deployment }: Target,
  settings: MongodbSettings,
  { ms, signal }: TimeLimit
): Promise<Details> {
  const options = { signal, readPreference: settings.writable ? 'primary' : 'primaryPreferred' } as const
  try {
    const { result, latencyMs } = await timed(async () => await database.command({ hello: 1 }, options))
    deployment.servedAll()
    return { version: await versionOf(database, deployment, options), ...roleOf(result), latencyMs }
  } catch (error) {
    const { maxPoolSize: max } = database.client.options
    const exhausted = signal.aborted || isWaitTimeout(error) ? deployment.exhaustedPool(max, signal.aborted) : undefined
    if (exhausted !== undefined) throw exhaustedFailure(settings, { max, ...exhausted })
    throw signal.aborted ? new Error([`no answer within ${ms} ms`, ...deployment.problems].join(': ')) : error
  }
}

/** @see https://www.mongodb.com/docs/manual/reference/command/hello/ for the reply */
function roleOf (hello: unknown): Details {
  if (!isRecord(hello)) throw new Error('the server answered with no document')
  return { topology: topologyOf(hello), readOnly: hello['isWritablePrimary'] !== true }
}

function topologyOf ({ msg, setName }: Readonly<Record<string, unknown>>): string {
  if (msg === 'isdbgrid') return 'Sharded'
  return setName === undefined ? 'Standalone' : 'ReplicaSet'
}

/** Reads the version once per topology. It may fail: a user may lack the right, a strict Stable API the command. */
async function versionOf (
  database: MongodbDatabase,
  deployment: MongodbDeployment,
  options: MongodbCommandOptions
): Promise<unknown> {
  deployment.version ??= await awaitOr(async () => {
    const info = await database.command({ buildInfo: 1 }, options)
    return isRecord(info) ? info['version'] : null
  }, null)
  return deployment.version ?? undefined
}

/** Whether the app's own `waitQueueTimeoutMS` is over. An exhausted pool is only one of its causes. */
function isWaitTimeout (error: unknown): boolean {
  return isErrorLike(error) && error.name === 'MongoWaitQueueTimeoutError'
}

function databaseOf (client: MongodbClient): MongodbDatabase {
  if (isDatabase(client)) return client
  return isConnections(client) ? client.db('admin') : client.db ?? client.client.db('admin')
}

function isConnections (value: unknown): value is MongodbConnections {
  return hasMethods(value, 'db', 'on') && 'options' in value
}

function isDatabase (value: unknown): value is MongodbDatabase {
  return hasMethods(value, 'command') && 'client' in value && isConnections(value.client)
}

/** Whether `mongodb` accepts a value as its client. */
export function isMongoDb (value: unknown): value is MongodbClient {
  if (isCollection(value) || isSession(value)) return false
  return isConnections(value) || isDatabase(value) || (isRecord(value) && isConnections(value['client']))
}
