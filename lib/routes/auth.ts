import type {
  FastifyBaseLogger, FastifyInstance, FastifyReply, FastifyRequest, onRequestAsyncHookHandler
} from 'fastify'
import type { Clock } from '../base/clock.js'
import { FAILED, GuardedFunction } from '../base/guarded-function.js'
import { interruptible } from '../base/interruptible.js'
import { settle } from '../base/maybe-promise.js'
import type { AuthHook } from '../options/types.js'
import { isError } from '../base/error-like.js'
import { isRecord, isThenable } from '../base/type-guards.js'
import { preventCache } from './prevent-cache.js'
import { sendForbidden } from './reply.js'

/**
 * Wraps the `auth` hooks. A hook refuses a request if it answers, or fails with a 4xx code; the client receives
 * that answer. If a hook fails in another way or hangs, the client receives 403.
 */
export function guardedAuth (
  hooks: readonly AuthHook[], log: FastifyBaseLogger, clock: Clock
): onRequestAsyncHookHandler[] {
  return hooks.map((hook) => {
    const guardedHook = new GuardedFunction('auth', log, clock)
    return async function auth (this: FastifyInstance, request, reply) {
      preventCache(reply)
      const result = await guardedHook.run(async () => await runHook(hook, this, request, reply))
      if (reply.sent || reply.raw.headersSent) return reply
      if (result === FAILED) return sendForbidden(reply)
      if (result.isClosed) return reply.hijack()
      // eslint-disable-next-line @typescript-eslint/only-throw-error -- the object of the hook
      if (result.refusal !== undefined) throw result.refusal
    }
  })
}

interface HookResult {
  /** An error, or any other object that the hook threw. */
  readonly refusal?: object
  /** Whether the response is closed, so that no answer can be sent any more. */
  readonly isClosed: boolean
}

async function runHook (
  hook: AuthHook, instance: FastifyInstance, request: FastifyRequest, reply: FastifyReply
): Promise<HookResult> {
  try {
    const result = await callUntilClosed(hook, instance, request, reply)
    return { isClosed: result === CLOSED || reply.raw.closed }
  } catch (error) {
    if (isRecord(error) && isRefusal(error, reply.statusCode)) return { refusal: ownError(error), isClosed: false }
    throw error
  }
}

const CLOSED = Symbol('closed')

/**
 * Waits until the hook ends or the response closes. A hook that answers by itself may never call `done`. It ends
 * when its answer has been sent or the client has disconnected; neither lets the request through.
 */
async function callUntilClosed (
  hook: AuthHook, instance: FastifyInstance, request: FastifyRequest, reply: FastifyReply
): Promise<unknown> {
  return await interruptible(callHook(hook, instance, request, reply), ({ resolve }) => {
    const onClose = (): void => resolve(CLOSED)
    reply.raw.once('close', onClose)
    return () => { reply.raw.off('close', onClose) }
  })
}

/**
 * Waits for the promise that the hook returns, otherwise for `done`, like Fastify. The number of its parameters
 * does not matter.
 */
export async function callHook (
  hook: AuthHook, instance: FastifyInstance, request: FastifyRequest, reply: FastifyReply
): Promise<unknown> {
  return await new Promise<unknown>((resolve, reject) => {
    const done = (error?: Error | null): void => {
      if (error) reject(error)
      else resolve(undefined)
    }
    const pending: unknown = Reflect.apply(hook, instance, [request, reply, done])
    if (isThenable(pending)) settle(pending).then(resolve, reject)
  })
}

/** Fastify reads the message of an error only if the error is of the same realm: copies it from another realm. */
function ownError (error: object): object {
  if (!isError(error) || error instanceof Error) return error
  return Object.assign(new Error(String(error.message), { cause: error }), error)
}

/** Reads the status code of an error like Fastify: from the error, then from the reply. */
export function isRefusal (error: Readonly<Record<string, unknown>>, statusCode: number): boolean {
  const code = error['statusCode'] ?? error['status'] ?? statusCode
  return typeof code === 'number' && code >= 400 && code < 500
}
