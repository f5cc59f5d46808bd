import { peek, peekKeys, peekMethods } from '../../../base/passive.js'
import type { MongooseClient } from '../../clients/mongoose/mongoose.js'
import type { Recognizer } from '../recognizer.js'

/** A Connection of mongoose, or mongoose itself with its default connection. */
export const mongooseRecognizer: Recognizer = {
  type: 'mongoose',
  decorators: { mongoose: 'mongoose' },
  classes: ['Mongoose', 'Connection', 'NativeConnection'],
  fits: (value) => peekMethods(value, 'model') &&
    ((peekMethods(value, 'getClient', 'useDb') && peekKeys(value, 'readyState')) ||
    (peekMethods(value, 'createConnection', 'connect') && Array.isArray(peek(value, 'connections')))),
  parts: (client) => {
    const first = peek(client, 'connections', 0)
    return [first, peek(first ?? client, 'client')]
  },
  async load () {
    const { mongoose } = await import('../../clients/mongoose/mongoose.js')
    return (client) => mongoose(client as MongooseClient)
  }
}
