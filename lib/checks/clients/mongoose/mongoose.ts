import type { CheckFunction } from '../../../health/check/check-function.js'
import { hasMethods, isFunction, isRecord } from '../../../base/type-guards.js'
import { readyMade } from '../../kit/ready-made.js'
import { clientFrom } from '../client-source.js'
import type { ClientSource } from '../client-source.js'
import type { WrongClient } from '../wrong-client.js'
import { isMongoDb, readMongodbOptions } from '../mongodb/mongodb.js'
import type { MongodbOptions } from '../mongodb/mongodb.js'
import { MongodbRunner } from '../mongodb/mongodb-runner.js'
import type { MongodbConnections } from '../mongodb/mongodb-runner.js'

/** The parts of a mongoose `Connection` that the check uses. */
export interface MongooseConnection {
  readonly readyState: number
  /** Returns the client of the current connection. Undefined before the first `connect()`. */
  getClient (): MongodbConnections
  model (name: string, ...rest: never[]): unknown
}

/**
 * A `Connection` of mongoose, or mongoose itself, whose default connection counts.
 *
 * @see `docs/ready-made-checks.md#mongoose`
 */
export type MongooseClient = MongooseConnection | { readonly connection: MongooseConnection }

/** The states of a connection, by the number in `readyState`. */
const STATES = ['disconnected', 'connected', 'connecting', 'disconnecting'] as const

const MISTAKES: readonly WrongClient[] = [
  {
    name: 'a model of mongoose',
    is: (value) => isFunction(value) && 'modelName' in value,
    remedy: 'pass Model.db, its connection'
  },
  { name: 'a client of mongodb', is: isMongoDb, remedy: 'use mongodb()' }
]

const CLIENT_TYPE = {
  check: 'mongoose',
  description: 'mongoose, a Connection of mongoose, or a function that returns one',
  is: isMongoose,
  mistakes: MISTAKES
}

/**
 * Makes a check that sends `hello` to a MongoDB server, on the client that a connection of mongoose has at the moment.
 *
 * @param connection `mongoose`, `mongoose.connection`, a connection of `createConnection()`, or a function that
 *   returns it
 * @throws FST_MANAGEMENT_CLIENT_INVALID, FST_MANAGEMENT_OPTION_INVALID
 * @example fastify.management.addCheck('readiness', 'mongodb', mongoose(connection))
 * @see `docs/ready-made-checks.md#mongoose`
 */
export function mongoose (connection: ClientSource<MongooseClient>, options: MongodbOptions = {}): CheckFunction {
  const current = clientFrom(connection, CLIENT_TYPE)
  const runner = new MongodbRunner(readMongodbOptions(options, 'mongoose'))
  if (!isFunction(connection)) {
    const client = clientOf(connectionOf(current()))
    if (client !== undefined) runner.listenTo(client)
  }
  return readyMade(async (run) => {
    const connection = connectionOf(current())
    const state = STATES[connection.readyState] ?? 'not connected'
    run.details['state'] = state
    const client = clientOf(connection)
    // A closed client would connect again for a command. While the server is lost, the client itself reports why.
    if (client === undefined || isClosed(connection)) throw new Error(`the connection is ${state}`)
    await runner.run(client.db('admin'), run)
    run.details['state'] = STATES[connection.readyState]
  })
}

function connectionOf (client: MongooseClient): MongooseConnection {
  return isConnection(client) ? client : client.connection
}

/** Mongoose declares the client of a new connection as if it were there. */
function clientOf (connection: MongooseConnection): MongodbConnections | undefined {
  const client: unknown = connection.getClient()
  return isMongoClient(client) ? client : undefined
}

function isMongoClient (value: unknown): value is MongodbConnections {
  return hasMethods(value, 'db', 'on')
}

/** Whether the app has closed the connection. A lost server also leads to the state 0, but mongoose then reconnects. */
function isClosed (connection: MongooseConnection): boolean {
  return connection.readyState === 3 || Reflect.get(connection, '_closeCalled') === true
}

function isConnection (value: unknown): value is MongooseConnection {
  return hasMethods(value, 'getClient', 'model') && 'readyState' in value
}

/** Whether `mongoose` accepts a value as its client. */
export function isMongoose (value: unknown): value is MongooseClient {
  if (isConnection(value)) return true
  return isRecord(value) && isConnection(value['connection']) && hasMethods(value, 'createConnection', 'model')
}
