import { peek, peekKeys, peekMethods } from '../../../base/passive.js'
import type { MongodbClient } from '../../clients/mongodb/mongodb.js'
import type { Recognizer } from '../recognizer.js'

/** A MongoClient or a Db of mongodb, and the decorator of `@fastify/mongodb`. */
export const mongodbRecognizer: Recognizer = {
  type: 'mongodb',
  decorators: { mongo: 'mongodb' },
  classes: ['MongoClient', 'Db'],
  fits: (value) => isMongoClient(value) ||
    (peekMethods(value, 'command', 'collection', 'aggregate') && peekKeys(value, 'client')),
  async fitsDecorator () {
    const { isMongoDb } = await import('../../clients/mongodb/mongodb.js')
    return isMongoDb
  },
  parts: (client) => [peek(client, 'client')],
  async load () {
    const { mongodb } = await import('../../clients/mongodb/mongodb.js')
    return (client) => mongodb(client as MongodbClient)
  }
}

function isMongoClient (value: object): boolean {
  return peekMethods(value, 'db', 'on', 'connect', 'close', 'startSession') && peekKeys(value, 'options')
}
