import { attemptOr } from '../../base/attempt-or.js'
import { errors } from '../../errors.js'
import { hasMethods, isFunction, isThenable } from '../../base/type-guards.js'
import { describeWrongClient, GENERAL_MISTAKES } from './wrong-client.js'
import type { WrongClient } from './wrong-client.js'

/**
 * The app's client, or a function that returns it if the app creates or replaces it later.
 *
 * @example () => fastify.pg
 * @see `docs/ready-made-checks.md#clients`
 */
export type ClientSource<C> = C | (() => C | undefined)

/** The type of client that a check takes. */
export interface ClientType<C> {
  /** The check's name, for error messages. */
  readonly check: string
  /** The expected client, for error messages. */
  readonly description: string
  readonly is: (value: unknown) => value is C
  /** Objects that users pass by mistake. Promises, classes, addresses and options are known for each check. */
  readonly mistakes?: readonly WrongClient[]
}

/**
 * Makes a function that returns the app's current client.
 *
 * @throws FST_MANAGEMENT_CLIENT_INVALID at once if the source is neither a client nor a function that can return one
 */
export function clientFrom<C> (source: unknown, type: ClientType<C>): () => C {
  const { check, description, is, mistakes = [] } = type
  const assert = (value: unknown): C => {
    if (is(value)) return value
    throw new errors.ClientInvalid(check, description, describeWrongClient(value, mistakes, is))
  }
  const isMistake = [...mistakes, ...GENERAL_MISTAKES].some((mistake) => attemptOr(() => mistake.is(source), false))
  if (!isFunction(source) || isMistake || is(source)) {
    const client = assert(source)
    return () => client
  }
  return currentClient(source, assert)
}

/** Never calls a function again that has returned a promise: each call may open a connection. */
function currentClient<C> (source: () => unknown, assert: (value: unknown) => C): () => C {
  let promise: unknown
  return () => {
    const value = promise ?? assertDefined(source())
    if (isThenable(value)) {
      promise = value
      // If nothing else waits for the promise, its rejection would end the process.
      value.then(undefined, () => undefined)
    }
    return assert(value)
  }
}

/** An app that opens or replaces its connection has no client in between. */
function assertDefined (client: unknown): unknown {
  if (client === undefined || client === null) throw new Error('the app has no client at the moment')
  return client
}

/** Whether an emitter has no `error` listener: its first error then ends the process. */
export function lacksErrorListener (emitter: unknown): boolean {
  if (!hasMethods(emitter, 'on', 'emit', 'listenerCount', 'setMaxListeners')) return false
  return Reflect.apply(emitter.listenerCount, emitter, ['error']) === 0
}
