import { describe } from '../../base/describe.js'
import { errors } from '../../errors.js'
import { hasMethods, isFunction } from '../../base/type-guards.js'

/** The app's client, or a function that returns it if the app creates or replaces it later. */
export type ClientSource<C> = C | (() => C | undefined)

/** The type of client that a check takes. */
export interface ClientType<C> {
  /** The check's name, for error messages. */
  readonly check: string
  /** The expected client, for error messages. */
  readonly description: string
  readonly is: (value: unknown) => value is C
}

/**
 * Makes a function that returns the app's current client.
 *
 * @throws FST_MANAGEMENT_CLIENT_INVALID at once if the source is neither a client nor a function
 */
export function clientFrom<C> (source: unknown, { check, description, is }: ClientType<C>): () => C {
  const assert = (value: unknown): C => {
    if (is(value)) return value
    throw new errors.ClientInvalid(check, description, describe(value))
  }
  if (isFunction(source) && !is(source)) return () => assert(assertDefined(source()))
  const client = assert(source)
  return () => client
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
