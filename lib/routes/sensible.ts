// The build evaluates this file and takes in the resulting JSON, so that users do not load @fastify/sensible. Export
// only JSON from here.
import { STATUS_CODES } from 'node:http'
import sensible, { httpErrors } from '@fastify/sensible'
import type { FastifyInstance } from 'fastify'

/** The headers that `reply.preventCache()` of @fastify/sensible sets. */
export const NO_CACHE_HEADERS = headersOf('preventCache')

/** The client errors of @fastify/sensible by status code. */
export const CLIENT_ERRORS: Readonly<Record<number, { readonly name: string, readonly message: string }>> =
  Object.fromEntries(Object.keys(STATUS_CODES).filter((code) => code.startsWith('4')).map((code) => {
    const { name, message } = httpErrors.createError(Number(code))
    return [code, { name, message }]
  }))

/** Records the headers that a reply decorator of @fastify/sensible sets. */
function headersOf (decorator: 'preventCache'): Readonly<Record<string, string | number>> {
  const headers: Record<string, string | number> = {}
  const reply = {
    header (name: string, value: string | number) {
      headers[name.toLowerCase()] = value
      return reply
    }
  }
  const decorateReply = (name: string, decorate: () => unknown): void => {
    if (name === decorator) Reflect.apply(decorate, reply, [])
  }
  const recorder: unknown = { decorate: () => undefined, decorateRequest: () => undefined, decorateReply }
  sensible(recorder as FastifyInstance, {}, () => undefined)
  return headers
}
