import type { FastifyInstance, FastifyReply, FastifyRequest, onRequestAsyncHookHandler } from 'fastify'
import { FAILED } from '../guard.js'
import type { Guard } from '../guard.js'
import type { AuthHook } from '../options.js'
import { sendForbidden } from './answer.js'

/**
 * Puts the user's hooks before an endpoint. A hook that answers, or that fails with a 4xx, has refused, and its answer
 * stands. One that breaks or hangs closes the endpoint: nobody can say who may see it.
 */
export function guardedAuth (hooks: readonly AuthHook[], guard: Guard): onRequestAsyncHookHandler[] {
  return hooks.map((hook) => async function auth (this: FastifyInstance, request, reply) {
    reply.preventCache()
    const verdict = await guard.run(async () => await ask(this, hook, request, reply))
    if (reply.sent) return
    if (verdict === FAILED) return sendForbidden(reply)
    if (verdict.refusal !== undefined) throw verdict.refusal
  })
}

/** How many parameters a hook of the callback style has: request, reply, done. */
const CALLBACK_STYLE = 3

interface Verdict {
  readonly refusal?: Error
}

async function ask (instance: FastifyInstance, hook: AuthHook, request: FastifyRequest, reply: FastifyReply): Promise<Verdict> {
  try {
    await call(instance, hook, request, reply)
    return {}
  } catch (error) {
    if (error instanceof Error && isRefusal(error, reply)) return { refusal: error }
    throw error
  }
}

/** A hook of the callback style that answers by itself never calls back: then the end of the answer is the end of it. */
async function call (instance: FastifyInstance, hook: (...parameters: never[]) => unknown, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  await new Promise<unknown>((resolve, reject) => {
    const end = (): void => resolve(undefined)
    const pending: unknown = Reflect.apply(hook, instance, [request, reply, (error?: Error) => {
      if (error === undefined) end()
      else reject(error)
    }])
    if (hook.length < CALLBACK_STYLE) resolve(pending)
    else reply.raw.once('close', end)
  })
}

/** As Fastify finds the status code of an error: its own, then one set on the reply, then 500. */
function isRefusal (error: Error & { readonly statusCode?: unknown, readonly status?: unknown }, reply: FastifyReply): boolean {
  const code = error.statusCode ?? error.status ?? reply.statusCode
  return typeof code === 'number' && code >= 400 && code < 500
}
