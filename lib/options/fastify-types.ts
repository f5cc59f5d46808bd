import type { FastifyBaseLogger, FastifyInstance } from 'fastify'
import type * as checkTypes from '../health/check/check-function.js'
import type * as eventTypes from '../health/events.js'

/** The argument of a check's function. */
export type CheckContext = checkTypes.CheckContext<FastifyBaseLogger>

/** Reports whether one thing works. Returns a `CheckResult`, throws, or rejects. */
export type CheckFunction = checkTypes.CheckFunction<FastifyBaseLogger>

/** The message of the tracing channel `fastify-management-endpoints:check`. */
export type CheckRunMessage = eventTypes.CheckRunMessage<FastifyInstance>

/** The message of the channel `fastify-management-endpoints:status`. */
export type StatusChangeMessage = eventTypes.StatusChangeMessage<FastifyInstance>
