import { EventEmitter } from 'node:events'
import { describe } from '../../base/describe.js'
import { errors } from '../../errors.js'
import { isFunction } from '../../base/type-guards.js'

/** The client that the app has, or a function that gives it where the app replaces it, or has it later. */
export type ClientSource<C> = C | (() => C | undefined)

/** What a client check is given, and what it takes. */
export interface Expected<C> {
  /** The check's name, for errors. */
  readonly check: string
  /** In words. */
  readonly client: string
  readonly is: (value: unknown) => value is C
}

/** Gives the client at each call. Throws at once for what can never be one. */
export function clientFrom<C> (source: unknown, { check, client, is }: Expected<C>): () => C {
  const assert = (value: unknown): C => {
    if (is(value)) return value
    throw new errors.ClientInvalid(check, client, describe(value))
  }
  if (isFunction(source) && !is(source)) return () => assert(present(source()))
  const given = assert(source)
  return () => given
}

/** An app that opens its connection later, or opens it anew, has none in between. */
function present (client: unknown): unknown {
  if (client === undefined || client === null) throw new Error('the app has no client at the moment')
  return client
}

/** Whether nobody listens to the errors of what emits them: Node.js ends the process with the first. */
export function isUnheard (emitter: unknown): boolean {
  return emitter instanceof EventEmitter && emitter.listenerCount('error') === 0
}
