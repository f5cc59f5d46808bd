import type { FastifyBaseLogger, FastifyInstance, FastifyReply, FastifyRequest, onRequestAsyncHookHandler } from 'fastify'
import type { Clock } from '../base/clock.js'
import { FAILED, GuardedFunction } from '../base/guarded-function.js'
import type { AuthHook } from '../options/types.js'
import { sendForbidden } from './answer.js'
import { preventCache } from './prevent-cache.js'

/**
 * Puts the user's hooks before an endpoint. A hook that answers, or that fails with a 4xx, has refused, and its answer
 * stands. One that breaks or hangs closes the endpoint: nobody can say who may see it.
 */
export function guardedAuth (hooks: readonly AuthHook[], log: FastifyBaseLogger, clock: Clock): onRequestAsyncHookHandler[] {
  return hooks.map((hook) => {
    const guard = new GuardedFunction('auth', log, clock)
    return async function auth (this: FastifyInstance, request, reply) {
      preventCache(reply)
      const verdict = await guard.run(async () => await ask(this, hook, request, reply))
      if (reply.sent || reply.raw.headersSent) return reply
      if (verdict === FAILED) return sendForbidden(reply)
      if (verdict.isGone) return reply.hijack()
      if (verdict.refusal !== undefined) throw verdict.refusal
    }
  })
}

interface Verdict {
  readonly refusal?: Error
  /** Whether nobody waits for an answer any more. */
  readonly isGone: boolean
}

async function ask (instance: FastifyInstance, hook: AuthHook, request: FastifyRequest, reply: FastifyReply): Promise<Verdict> {
  try {
    const answer = await call(instance, hook, request, reply)
    return { isGone: answer === GONE || reply.raw.closed }
  } catch (error) {
    if (error instanceof Error && isRefusal(error, reply)) return { refusal: error, isGone: false }
    throw error
  }
}

const GONE = Symbol('gone')

/**
 * Calls a hook as Fastify does: what it returns counts when it is a promise, and else `done` does, whatever the number of
 * its parameters. One that answers by itself and calls nobody back is over when its answer is, or when nobody waits for one any
 * more: that is not its consent.
 */
async function call (instance: FastifyInstance, hook: (...parameters: never[]) => unknown, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  return await new Promise<unknown>((resolve, reject) => {
    const leave = (): void => resolve(GONE)
    reply.raw.once('close', leave)
    void callBack(instance, hook, request, reply).finally(() => reply.raw.off('close', leave)).then(resolve, reject)
  })
}

async function callBack (instance: FastifyInstance, hook: (...parameters: never[]) => unknown, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  return await new Promise<unknown>((resolve, reject) => {
    const done = (error?: Error | null): void => {
      if (error) reject(error)
      else resolve(undefined)
    }
    const pending: unknown = Reflect.apply(hook, instance, [request, reply, done])
    if (isThenable(pending)) resolve(pending)
  })
}

function isThenable (value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function'
}

/** As Fastify finds the status code of an error: its own, then one set on the reply, then 500. */
function isRefusal (error: Error & { readonly statusCode?: unknown, readonly status?: unknown }, reply: FastifyReply): boolean {
  const code = error.statusCode ?? error.status ?? reply.statusCode
  return typeof code === 'number' && code >= 400 && code < 500
}
