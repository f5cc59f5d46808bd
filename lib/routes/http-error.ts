import { CLIENT_ERRORS } from './sensible.js'

/** A client error for the app's error handler, as `httpErrors` of @fastify/sensible creates it. */
export interface ClientError extends Error {
  readonly statusCode: number
  readonly status: number
  readonly expose: true
}

/** Creates a client error by its code. A code that HTTP does not define has the name and message of 400. */
export function clientError (statusCode: number): ClientError {
  const { name, message } = CLIENT_ERRORS[statusCode] ?? BAD_REQUEST
  return Object.assign(new Error(message), { name, statusCode, status: statusCode, expose: true as const })
}

const BAD_REQUEST = { name: 'BadRequestError', message: 'Bad Request' }
