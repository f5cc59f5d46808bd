import { hasMethods, isFunction, isRecord } from '../../../base/type-guards.js'
import type { WrongClient } from '../wrong-client.js'
import { isAsynchronous } from './sqlite-file.js'

/** Objects that users pass to `sqlite` by mistake. */
export const SQLITE_MISTAKES: readonly WrongClient[] = [
  {
    name: 'a database of sqlite3 or sqlite, which is asynchronous',
    is: isAsynchronous,
    remedy: 'write a check of your own that sends PRAGMA schema_version'
  },
  {
    name: 'a statement',
    is: (value) => hasMethods(value, 'get', 'all', 'iterate'),
    remedy: 'pass the database that has prepared it'
  },
  {
    name: 'the module node:sqlite',
    is: (value) => isRecord(value) && isFunction(value['DatabaseSync']),
    remedy: 'pass the database that new DatabaseSync() returns'
  }
]
