import type { FastifyBaseLogger, FastifyInstance } from 'fastify'
import type * as checkTypes from '../health/check/check-function.js'
import type * as eventTypes from '../health/events.js'
import type * as blockTypes from '../observe/thread/block-log.js'

/**
 * The argument of a check's function.
 *
 * @see `docs/checks.md#the-argument-of-your-function`
 */
export type CheckContext = checkTypes.CheckContext<FastifyBaseLogger>

/**
 * Reports whether one thing works: returns a `CheckResult`, throws, or rejects.
 *
 * @example async ({ signal }) => { await fetch('http://cache/ping', { signal }) }
 * @see `docs/checks.md#results`
 */
export type CheckFunction = checkTypes.CheckFunction<FastifyBaseLogger>

/**
 * The message of the tracing channel `fastify-management-endpoints:check`.
 *
 * @see `docs/api.md#fastify-management-endpointscheck`
 */
export type CheckRunMessage = eventTypes.CheckRunMessage<FastifyInstance>

/**
 * The message of the channel `fastify-management-endpoints:status`.
 *
 * @see `docs/api.md#fastify-management-endpointsstatus`
 */
export type StatusChangeMessage = eventTypes.StatusChangeMessage<FastifyInstance>

/**
 * The message of the channel `fastify-management-endpoints:event-loop`.
 *
 * @see `docs/api.md#fastify-management-endpointsevent-loop`
 */
export type EventLoopBlockMessage = blockTypes.EventLoopBlockMessage<FastifyInstance>
