import type { CheckFunction } from '../../../health/check/attempt.js'
import type { FailureStatus } from '../../../health/check/policy.js'
import { flag, optionsOf, withDefault } from '../../../base/rules.js'
import { failureStatus } from '../../kit/rules.js'
import { readyMade } from '../../kit/ready-made.js'
import { CheckFailure, timed } from '../../kit/result.js'
import type { Details } from '../../kit/result.js'
import type { TimeLimit } from '../../kit/time-limit.js'
import { MongodbDeployment } from './mongodb-deployment.js'
import type { MongodbEvents } from './mongodb-deployment.js'
import { clientFrom } from '../client-source.js'
import type { ClientSource } from '../client-source.js'
import { PerClient } from '../per-client.js'
import { hasMethods, isFunction, isRecord } from '../../../base/type-guards.js'

/** How a command is to be run. */
export interface MongodbCommandOptions {
  readonly signal: AbortSignal
  readonly readPreference: 'primary' | 'primaryPreferred'
}

/** What is used of a `Db` of mongodb. */
export interface MongodbDatabase {
  readonly client: MongodbConnections
  command (command: Readonly<Record<string, number>>, options: MongodbCommandOptions): Promise<unknown>
}

/** What is used of a `MongoClient` of mongodb. */
export interface MongodbConnections extends MongodbEvents {
  readonly options: { readonly maxPoolSize: number }
  db (name: string): MongodbDatabase
}

/** A `MongoClient` or a `Db` of mongodb, or what `@fastify/mongodb` decorates an instance with. */
export type MongodbClient = MongodbConnections | MongodbDatabase | { readonly client: MongodbConnections, readonly db?: MongodbDatabase }

/** How a check of MongoDB judges. */
export interface MongodbOptions {
  /** Whether servers that take no writes, a replica set without a primary for example, are `DOWN`. Default `false`. */
  readonly writable?: boolean | undefined
  /** What is shown while all connections of the pool stay in use. Default `OUT_OF_SERVICE`. */
  readonly whenExhausted?: FailureStatus | undefined
}

/** The options with the defaults in place. */
interface MongodbSettings {
  readonly writable: boolean
  readonly whenExhausted: FailureStatus
}

const EXPECTED = { check: 'mongodb', client: 'a MongoClient or a Db of mongodb, fastify.mongo, or a function that gives one', is: isMongoDb }

const readOptions = optionsOf<MongodbSettings>({
  writable: withDefault(flag, false),
  whenExhausted: failureStatus('OUT_OF_SERVICE')
})

/**
 * Makes a check that asks a MongoDB server what it is (`hello`), on a connection of the app's own client. It is `DOWN` where no
 * server is to be reached, and where one refuses or does not answer in time, and `OUT_OF_SERVICE` while the pool is exhausted. What
 * is not answered before the check's timeout is given up: the driver closes the connection that it has asked on, and no place in
 * its pool is kept.
 *
 * For readiness where the app can do nothing without the database, else for `health`. Not for liveness: a restart does not
 * mend a server.
 *
 * @param client a `MongoClient` or a `Db` of mongodb (6.13 or newer), `fastify.mongo` (`fastify.mongo.NAME`) of `@fastify/mongodb`,
 * `connection.getClient()` of mongoose, or a function that gives it
 * @throws FST_MANAGEMENT_CLIENT_INVALID, FST_MANAGEMENT_OPTION_INVALID
 * @example
 * fastify.management.addCheck('readiness', 'mongodb', mongodb(fastify.mongo))
 */
export function mongodb (client: ClientSource<MongodbClient>, options: MongodbOptions = {}): CheckFunction {
  const current = clientFrom(client, EXPECTED)
  const settings = readOptions(options, 'mongodb')
  const deployments = new PerClient((client: MongodbConnections) => new MongodbDeployment(client))
  // From now on: what has been taken from a pool before is not told.
  if (!isFunction(client)) deployments.of(databaseOf(current()).client)
  return readyMade(async ({ limit, details }) => {
    const database = databaseOf(current())
    Object.assign(details, await ask({ database, deployment: deployments.of(database.client) }, settings, limit))
    if (settings.writable && details['readOnly'] === true) throw new Error('the server takes no writes')
  })
}

interface Asked {
  readonly database: MongodbDatabase
  readonly deployment: MongodbDeployment
}

/** The driver ends what it does, its wait for a server and for a connection too, when the signal is aborted, and only then rejects. */
async function ask ({ database, deployment }: Asked, { writable, whenExhausted }: MongodbSettings, { ms, signal }: TimeLimit): Promise<Details> {
  const options = { signal, readPreference: writable ? 'primary' : 'primaryPreferred' } as const
  try {
    const { result, latencyMs } = await timed(async () => await database.command({ hello: 1 }, options))
    return { version: await versionOf(database, deployment, options), ...roleOf(result), latencyMs }
  } catch (error) {
    const most = database.client.options.maxPoolSize
    const time = signal.aborted ? `within ${ms} ms` : 'in time'
    if ((signal.aborted || isOfWaiting(error)) && deployment.isInUse(most)) throw new CheckFailure(whenExhausted, `the pool is exhausted: none of its ${most} connections became free in time`)
    throw signal.aborted ? new Error([`no answer ${time}`, ...deployment.troubles].join(': ')) : error
  }
}

/** The reply is that of https://www.mongodb.com/docs/manual/reference/command/hello/ */
function roleOf (hello: unknown): Details {
  if (!isRecord(hello)) throw new Error('the server answered with no document')
  const topology = hello['msg'] === 'isdbgrid' ? 'Sharded' : hello['setName'] === undefined ? 'Standalone' : 'ReplicaSet'
  return { topology, readOnly: hello['isWritablePrimary'] !== true }
}

/** Asked for seldom, and no reason to fail: not everybody may know it, and a strict Stable API does not have the command. */
async function versionOf (database: MongodbDatabase, deployment: MongodbDeployment, options: MongodbCommandOptions): Promise<unknown> {
  deployment.version ??= await database.command({ buildInfo: 1 }, options).then((info) => isRecord(info) ? info['version'] : null, () => null)
  return deployment.version ?? undefined
}

/** That the app's own limit for it is over, `waitQueueTimeoutMS`, which may have other causes than a pool that is exhausted. */
function isOfWaiting (error: unknown): boolean {
  return error instanceof Error && error.name === 'MongoWaitQueueTimeoutError'
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

/** Whether a value is a client that `mongodb()` takes. */
export function isMongoDb (value: unknown): value is MongodbClient {
  return isConnections(value) || isDatabase(value) || (isRecord(value) && isConnections(value['client']))
}
