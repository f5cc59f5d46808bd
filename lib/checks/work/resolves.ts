import { describe } from '../../base/describe.js'
import { assertFunction, text, withDefault } from '../../base/rules.js'
import { isThenable } from '../../base/type-guards.js'
import { errors } from '../../errors.js'
import type { CheckContext, CheckFunction } from '../../health/check/check-function.js'
import { SharedRequest } from '../kit/shared-request.js'
import { readyMadeOptions } from '../kit/ready-made-options.js'
import { readyMade } from '../kit/ready-made.js'
import { timed } from '../kit/result.js'
import type { TimeLimit } from '../kit/time-limit.js'

/**
 * The argument of the function of `resolves()`.
 *
 * @see `docs/ready-made-checks.md#resolves`
 */
export type ResolvesContext = Pick<CheckContext, 'signal' | 'timeout'>

/**
 * The options of `resolves()`.
 *
 * @see `docs/ready-made-checks.md#resolves`
 */
export interface ResolvesOptions {
  /**
   * The name of the awaited thing, for the reason of a run without an answer.
   *
   * @default the name of the function, or nothing
   * @example { waitsFor: 'PostgreSQL' } // no answer within 720 ms from PostgreSQL
   * @see `docs/ready-made-checks.md#resolves`
   */
  readonly waitsFor?: string | undefined
}

const readOptions = readyMadeOptions<{ readonly waitsFor: string | undefined }>('work', {
  waitsFor: withDefault(text, undefined)
})

/**
 * Makes a check that passes when a promise resolves, whatever its value.
 *
 * @param work starts the call and returns its promise; its `signal` is aborted after 90 % of the timeout
 * @throws FST_MANAGEMENT_FUNCTION_INVALID, FST_MANAGEMENT_OPTION_INVALID
 * @example fastify.management.addCheck('readiness', 'db', resolves(async () => await knex.raw('SELECT 1')))
 * @see `docs/ready-made-checks.md#resolves`
 */
export function resolves (
  work: (context: ResolvesContext) => PromiseLike<unknown>, options: ResolvesOptions = {}
): CheckFunction {
  assertWork(work)
  const { waitsFor = sourceOf(work) } = readOptions(options, 'resolves')
  // A call that ignores its signal goes on: the next runs wait for it, so that calls do not pile up.
  const call = new SharedRequest(async (_work: object, { signal, ms }: TimeLimit) => {
    return await timed(async () => { await promiseOf(work({ signal, timeout: ms })) })
  })
  return readyMade(async ({ limit, details }) => {
    const timeoutMessage = (): string =>
      `no answer within ${limit.ms} ms${waitsFor === undefined ? '' : ` from ${waitsFor}`}`
    const { latencyMs } = await call.send(work, limit, timeoutMessage)
    details['latencyMs'] = latencyMs
  })
}

function assertWork (value: unknown): void {
  if (isThenable(value)) {
    throw new errors.FunctionInvalid('argument of', 'resolves()', 'a promise: pass a function that returns it')
  }
  assertFunction('argument of', 'resolves()', value)
}

/** A function that forgets to return its promise would always pass. */
function promiseOf (value: unknown): PromiseLike<unknown> {
  if (isThenable(value)) return value
  throw new TypeError(`the function of resolves() must return a promise, got ${describe(value)}`)
}

function sourceOf ({ name }: { readonly name: string }): string | undefined {
  return name === '' ? undefined : `${name}()`
}
