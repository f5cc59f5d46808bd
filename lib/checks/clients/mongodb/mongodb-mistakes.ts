import { hasMethods, isFunction, isRecord } from '../../../base/type-guards.js'
import type { WrongClient } from '../wrong-client.js'

/** Objects that users pass to `mongodb` by mistake. */
export const MONGODB_MISTAKES: readonly WrongClient[] = [
  {
    name: 'mongoose',
    is: (value) => hasMethods(value, 'createConnection', 'model'),
    remedy: 'pass () => mongoose.connection.getClient()'
  },
  {
    name: 'a connection of mongoose',
    is: (value) => hasMethods(value, 'getClient', 'model'),
    remedy: 'pass () => connection.getClient()'
  },
  {
    name: 'a model of mongoose',
    is: (value) => isFunction(value) && 'modelName' in value,
    remedy: 'pass () => Model.db.getClient()'
  },
  {
    name: 'a collection',
    is: isCollection,
    remedy: 'pass its Db or its MongoClient'
  },
  {
    name: 'a session',
    is: isSession,
    remedy: 'pass its MongoClient'
  },
  {
    name: 'an Admin',
    is: (value) => hasMethods(value, 'serverStatus', 'listDatabases'),
    remedy: 'pass its Db or its MongoClient'
  },
  {
    name: 'the module mongodb',
    is: (value) => isRecord(value) && isFunction(value['MongoClient']),
    remedy: 'pass the MongoClient that you have made'
  }
]

/** A collection and a session have the property `client`, like `fastify.mongo`. */
export function isCollection (value: unknown): boolean {
  return hasMethods(value, 'findOne', 'insertOne')
}

export function isSession (value: unknown): boolean {
  return hasMethods(value, 'startTransaction', 'endSession')
}
