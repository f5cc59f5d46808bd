import createError from '@fastify/error'
import type { FastifyError } from 'fastify'

/** The class of a coded error. `new` is optional. */
export interface ManagementErrorConstructor<Arguments extends unknown[]> {
  new (...args: Arguments): FastifyError
  (...args: Arguments): FastifyError
  readonly prototype: FastifyError
}

/**
 * All errors that this package throws, by name. Each error has a `code` that starts with `FST_MANAGEMENT_`. For
 * an invalid value, the message contains the value received and the value expected.
 */
export const errors = {
  /** An option of the plugin or of a check has an invalid value. */
  OptionInvalid: codedError<[option: string, expected: string, received: string]>(
    'FST_MANAGEMENT_OPTION_INVALID', 'option "%s" must be %s, got %s', 500, TypeError),
  /** An option of the plugin or of a check does not exist. The code is the same as for an invalid value. */
  OptionUnknown: codedError<[path: string, hint: string, known: string]>(
    'FST_MANAGEMENT_OPTION_INVALID', 'unknown option "%s"%s, expected one of %s', 500, TypeError),
  /** The app does not use Fastify 5. */
  FastifyUnsupported: codedError<[version: string]>(
    'FST_MANAGEMENT_FASTIFY_UNSUPPORTED',
    'fastify-management-endpoints needs Fastify 5, got Fastify %s: install fastify@5', 500),
  /** The plugin was registered in a scope that already has its decorator or one of its routes. */
  AlreadyRegistered: codedError<[reason: string]>(
    'FST_MANAGEMENT_ALREADY_REGISTERED', 'fastify-management-endpoints cannot be registered here: %s', 500),
  /** The server for the option `listen` cannot listen. */
  ListenFailed: codedError<[address: string, reason: string, options: { readonly cause: unknown }]>(
    'FST_MANAGEMENT_LISTEN_FAILED', 'the management endpoints cannot listen on %s: %s', 500),
  /** A check was added for an unknown kind, or a report of an unknown kind was requested. */
  KindUnknown: codedError<[received: string, known: string]>(
    'FST_MANAGEMENT_KIND_UNKNOWN',
    'unknown kind: got %s, expected one of %s; add custom kinds to the option "kinds"', 500, TypeError),
  /**
   * The name of a check, a kind, a service dependency or an info section is empty, too long or reserved, or contains an
   * invalid character.
   */
  NameInvalid: codedError<[noun: string, expected: string, received: string]>(
    'FST_MANAGEMENT_NAME_INVALID', 'the name of a %s must be %s, got %s', 500, TypeError),
  /** Another check, service dependency or info section has this name. */
  NameTaken: codedError<[noun: string, name: string, remedy: string]>(
    'FST_MANAGEMENT_NAME_TAKEN', 'the %s name "%s" is taken: %s', 500),
  /** A check or an info section is not a function. */
  FunctionInvalid: codedError<[noun: string, name: string, received: string]>(
    'FST_MANAGEMENT_FUNCTION_INVALID', 'the %s "%s" must be a function, got %s', 500, TypeError),
  /** A check was added for `startup` alone after startup had completed, so it would never run. */
  StartupCompleted: codedError<[name: string]>(
    'FST_MANAGEMENT_STARTUP_COMPLETED',
    'the startup check "%s" was added too late: startup has completed, so it would never run; ' +
    'add it before the app is ready, or for another kind', 500),
  /** A ready-made check received a value that is not a client of its kind. */
  ClientInvalid: codedError<[check: string, expected: string, received: string]>(
    'FST_MANAGEMENT_CLIENT_INVALID', 'the check %s() must be given %s, got %s', 500, TypeError),
  /** The address of a service dependency is not a valid URL or host. */
  AddressInvalid: codedError<[name: string, received: string]>(
    'FST_MANAGEMENT_ADDRESS_INVALID',
    'the service dependency "%s" must have an http:// or https:// URL, or a host with an optional port and path, ' +
    'got %s', 500, TypeError)
} as const

function codedError<Arguments extends unknown[]> (
  code: string, message: string, statusCode: number, Base?: ErrorConstructor
): ManagementErrorConstructor<Arguments> {
  return createError<Arguments>(code, message, statusCode, Base)
}
