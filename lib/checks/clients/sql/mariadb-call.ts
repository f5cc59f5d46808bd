import { reasonOf } from '../../../base/describe.js'
import { hasMethods, isRecord } from '../../../base/type-guards.js'
import type { MariadbCallback, MariadbConnection, MariadbQuery } from './mariadb-client.js'

/** Calls a method of the connector, which calls back or returns a promise, according to the API that the app uses. */
export async function call (invoke: (callback: MariadbCallback) => unknown): Promise<unknown> {
  try {
    return await new Promise<unknown>((resolve, reject) => {
      const returned = invoke((error, result) => {
        if (error === null || error === undefined) resolve(result)
        // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- becomes an Error below
        else reject(error)
      })
      if (hasMethods(returned, 'then')) resolve(returned)
    })
  } catch (error) {
    throw plainError(error)
  }
}

/**
 * Turns off the app's own `typeCast`. The connector calls it in its socket handler, where any value but a function or
 * undefined ends the process.
 */
const NO_TYPE_CAST = { typeCast: undefined }

/** Sends a query. Resolves with its rows. */
export async function queryRows (connection: MariadbConnection, sql: string): Promise<unknown> {
  // A new object for each query, because the connector changes it.
  const query: MariadbQuery = { sql, rowsAsArray: true, metaAsArray: false, nestTables: false, ...NO_TYPE_CAST }
  return await call((callback) => connection.query(query, undefined, callback))
}

/**
 * Takes the message of the server from an error of the connector, which adds the number of the connection, the query,
 * and the state of the pool in further lines. An error of the pool only wraps the cause.
 */
export function plainError (error: unknown): Error {
  const cause = isRecord(error) && isRecord(error['cause']) ? error['cause'] : error
  const message = isRecord(cause) && typeof cause['sqlMessage'] === 'string' ? cause['sqlMessage'] : reasonOf(cause)
  const [line] = message.split('\n', 1)
  return Object.assign(new Error(line), { errno: isRecord(cause) ? cause['errno'] : undefined })
}
