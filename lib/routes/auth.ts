import type {
  FastifyBaseLogger, FastifyInstance, FastifyReply, FastifyRequest, onRequestAsyncHookHandler
} from 'fastify'
import type { Clock } from '../base/clock.js'
import { isError } from '../base/error-like.js'
import { isPolluting } from '../base/prototype-keys.js'
import { FAILED, GuardedFunction } from '../base/guarded-function.js'
import { interruptible } from '../base/interruptible.js'
import type { AuthHook } from '../options/types.js'
import { codeOfError, refusalCode, verdictOf } from './auth-hook.js'
import type { Verdict } from './auth-hook.js'
import { clientError } from './http-error.js'
import { preventCache } from './prevent-cache.js'
import { sendRefusal } from './reply.js'

/**
 * Wraps the `auth` hooks. A hook refuses a request if it answers, fails with a 4xx code, or ends with `false`. The
 * client receives the hook's answer, the error, or 403. If a hook fails in another way or hangs, the client receives
 * 403.
 */
export function guardedAuth (
  hooks: readonly AuthHook[], log: FastifyBaseLogger, clock: Clock
): onRequestAsyncHookHandler[] {
  return hooks.map((hook) => {
    const guardedHook = new GuardedFunction('auth', log, clock)
    return async function auth (this: FastifyInstance, request, reply) {
      preventCache(reply)
      const verdict = await guardedHook.run(async () => await verdictUntilClosed(hook, this, request, reply))
      if (reply.sent || reply.raw.headersSent) return reply
      if (verdict === FAILED) return sendRefusal(reply, refusalCode(reply))
      if (verdict === CLOSED || reply.raw.closed) return reply.hijack()
      // eslint-disable-next-line @typescript-eslint/only-throw-error -- the object of the hook
      if (!verdict.passes) throw refusalOf(verdict.error, preventCache(reply))
    }
  })
}

const CLOSED = Symbol('closed')

/**
 * Waits until the hook ends or the response closes. A hook that answers by itself may never call `done`. It ends
 * when its answer has been sent or the client has disconnected; neither lets the request through.
 */
async function verdictUntilClosed (
  hook: AuthHook, instance: FastifyInstance, request: FastifyRequest, reply: FastifyReply
): Promise<Verdict | typeof CLOSED> {
  const verdict: Promise<Verdict | typeof CLOSED> = verdictOf(hook, instance, request, reply)
  return await interruptible(verdict, ({ resolve }) => {
    const onClose = (): void => resolve(CLOSED)
    reply.raw.once('close', onClose)
    return () => { reply.raw.off('close', onClose) }
  })
}

/** Sets the code of a refusal, and returns the error for the app's error handler. */
function refusalOf (error: object | undefined, reply: FastifyReply): object {
  const code = refusalCode(reply, error === undefined ? undefined : codeOfError(error))
  reply.code(code)
  return error === undefined ? clientError(code) : ownError(error)
}

/** Fastify reads the message of an error only if the error is of the same realm: copies it from another realm. */
function ownError (error: object): object {
  if (!isError(error) || error instanceof Error) return error
  const own = Object.entries(error).filter(([key, value]) => !isPolluting(key, value))
  return Object.assign(new Error(String(error.message), { cause: error }), Object.fromEntries(own))
}
