import { types } from 'node:util'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { isErrorLike } from '../base/error-like.js'
import { settle } from '../base/maybe-promise.js'
import { nextTurn, settled } from '../base/timers.js'
import { isRecord, isThenable } from '../base/type-guards.js'
import type { AuthHook } from '../options/types.js'
import { isAccepting, isRefusing } from './auth-result.js'

/** Whether one `auth` hook lets a request pass. */
export type Verdict = Passed | Refused

interface Passed {
  readonly passes: true
}

interface Refused {
  readonly passes: false
  /** The error, or any other object, that the hook refused with. Its code is from 400 to 499. */
  readonly error?: object
}

/**
 * Runs a hook, and decides by the result. Only these results pass: `done()`, and a promise of `undefined` or of a
 * truthy value that is no refusal of a service, if the hook has set no code of 300 or more.
 *
 * @throws the error of the hook, if the code of the error is not from 400 to 499
 */
export async function verdictOf (
  hook: AuthHook, instance: FastifyInstance, request: FastifyRequest, reply: FastifyReply
): Promise<Verdict> {
  try {
    const result = await resultOf(hook, instance, request, reply)
    // An error that the hook returns counts like an error that it throws.
    // eslint-disable-next-line @typescript-eslint/only-throw-error -- the error of the hook, of any realm
    if (isErrorLike(result)) throw result
    return { passes: isAccepting(result) && codeOf(reply) < 300 }
  } catch (error) {
    if (isRecord(error) && isRefusal(error, reply)) return { passes: false, error }
    throw error
  }
}

/** The code of a refusal: the code that the hook has set, if it is from 400 to 499, otherwise the fallback. */
export function refusalCode (reply: FastifyReply, fallback?: unknown): number {
  const code = [codeOf(reply), fallback].find(isClientError)
  return code ?? 403
}

/**
 * Waits for `done` or the promise that the hook returns, like Fastify. The number of its parameters does not matter. If
 * a hook contradicts itself, the refusal counts: an error after `done()`, or `done()` and a promise of `false`. A
 * second parameter of `done` counts like the value of a promise, because callbacks of other libraries have one.
 */
async function resultOf (
  hook: AuthHook, instance: FastifyInstance, request: FastifyRequest, reply: FastifyReply
): Promise<unknown> {
  return await new Promise<unknown>((resolve, reject) => {
    let hasPromise = false
    // The promise may never settle: `jwtVerify()` of @fastify/jwt returns such a promise when it calls back.
    const pass = async (): Promise<void> => {
      await (hasPromise ? nextTurn() : settled)
      resolve(undefined)
    }
    const done = (error?: unknown, result?: unknown): void => {
      // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- the error of the hook
      if (error) reject(error)
      else if ((error === undefined || error === null) && isAccepting(result)) void settled.then(pass)
      else resolve(false)
    }
    const returned: unknown = Reflect.apply(hook, instance, [request, reply, done])
    if (isThenable(returned)) {
      hasPromise = true
      settle(returned).then((result) => { if (!waitsForDone(hook, result)) resolve(result) }, reject)
    } else if (isRefusing(returned)) resolve(returned)
  })
}

/** An async function with `done` may call it after its promise. Fastify refuses to register such a hook. */
function waitsForDone (hook: AuthHook, result: unknown): boolean {
  return result === undefined && types.isAsyncFunction(hook) && hook.length > 2
}

/** The code that an error names, like an error of Fastify or of `http-errors`. */
export function codeOfError (error: object): unknown {
  const { statusCode, status } = error as { readonly statusCode?: unknown, readonly status?: unknown }
  return statusCode ?? status
}

/** Code of the app may have set a value that is no number: such a value compares like `NaN`. */
function codeOf ({ statusCode }: { readonly statusCode: unknown }): number {
  return Number(statusCode)
}

function isRefusal (error: Readonly<Record<string, unknown>>, reply: FastifyReply): boolean {
  return isClientError(codeOfError(error) ?? codeOf(reply))
}

function isClientError (code: unknown): code is number {
  return typeof code === 'number' && code >= 400 && code < 500
}
