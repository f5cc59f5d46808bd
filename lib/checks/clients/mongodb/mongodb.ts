import type { CheckFunction } from '../../../health/check/check-function.js'
import { flag, withDefault } from '../../../base/rules.js'
import { readyMadeOptions } from '../../kit/ready-made-options.js'
import { failureStatus } from '../../kit/rules.js'
import { readyMade } from '../../kit/ready-made.js'
import { isCollection, isSession, MONGODB_MISTAKES } from './mongodb-mistakes.js'
import { MongodbRunner } from './mongodb-runner.js'
import type { MongodbConnections, MongodbDatabase, MongodbSettings } from './mongodb-runner.js'
import { clientFrom } from '../client-source.js'
import type { ClientSource } from '../client-source.js'
import { exhaustedForRule } from '../exhaustion.js'
import type { ExhaustionOptions } from '../exhaustion.js'
import { renewAfterRule } from '../renewal.js'
import type { RenewalOptions } from '../renewal.js'
import { hasMethods, isFunction, isRecord } from '../../../base/type-guards.js'

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

const CLIENT_TYPE = {
  check: 'mongodb',
  description: 'a MongoClient or a Db of mongodb, fastify.mongo, or a function that returns one',
  is: isMongoDb,
  mistakes: MONGODB_MISTAKES
}

/** The rule of the options of `mongodb()` and `mongoose()`. */
export const readMongodbOptions = readyMadeOptions<MongodbSettings>('client', {
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
  const runner = new MongodbRunner(readMongodbOptions(options, 'mongodb'))
  // Listens from now on: the driver does not report connections that were taken from a pool before.
  if (!isFunction(client)) runner.listenTo(databaseOf(current()).client)
  return readyMade(async (run) => await runner.run(databaseOf(current()), run))
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
