import createError from '@fastify/error'
import type { FastifyError } from 'fastify'

/** The class of a coded error; `new` is optional. */
export interface ManagementErrorConstructor<Arguments extends unknown[]> {
  new (...args: Arguments): FastifyError
  (...args: Arguments): FastifyError
  readonly prototype: FastifyError
}

/**
 * The classes of all errors of this package; each error has a `code` that starts with `FST_MANAGEMENT_`.
 *
 * @example if (error instanceof errors.NameTaken) fastify.log.warn(error.message)
 * @see `docs/errors.md`
 */
export const errors = {
  /** FST_MANAGEMENT_OPTION_INVALID: an option has a wrong value. */
  OptionInvalid: codedError<[option: string, expected: string, received: string]>(
    'FST_MANAGEMENT_OPTION_INVALID', 'option "%s" must be %s, got %s', 500, TypeError),
  /** FST_MANAGEMENT_OPTION_INVALID: an option does not exist. */
  OptionUnknown: codedError<[path: string, hint: string, known: string]>(
    'FST_MANAGEMENT_OPTION_INVALID', 'unknown option "%s"%s, expected one of %s', 500, TypeError),
  /** FST_MANAGEMENT_FASTIFY_UNSUPPORTED: the app does not use Fastify 5. */
  FastifyUnsupported: codedError<[version: string]>(
    'FST_MANAGEMENT_FASTIFY_UNSUPPORTED',
    'fastify-management-endpoints needs Fastify 5, got Fastify %s: install fastify@5', 500),
  /** FST_MANAGEMENT_ALREADY_REGISTERED: the scope has the decorator or one of the routes already. */
  AlreadyRegistered: codedError<[reason: string]>(
    'FST_MANAGEMENT_ALREADY_REGISTERED', 'fastify-management-endpoints cannot be registered here: %s', 500),
  /** FST_MANAGEMENT_LISTEN_FAILED: the server of the option `listen` cannot listen. */
  ListenFailed: codedError<[address: string, reason: string, options: { readonly cause: unknown }]>(
    'FST_MANAGEMENT_LISTEN_FAILED', 'the management endpoints cannot listen on %s: %s', 500),
  /** FST_MANAGEMENT_KIND_UNKNOWN: a kind does not exist. */
  KindUnknown: codedError<[received: string, known: string]>(
    'FST_MANAGEMENT_KIND_UNKNOWN',
    'unknown kind: got %s, expected one of %s; add custom kinds to the option "kinds"', 500, TypeError),
  /** FST_MANAGEMENT_NAME_INVALID: a name is empty, too long or reserved, or has an invalid character. */
  NameInvalid: codedError<[noun: string, expected: string, received: string]>(
    'FST_MANAGEMENT_NAME_INVALID', 'the name of a %s must be %s, got %s', 500, TypeError),
  /** FST_MANAGEMENT_NAME_TAKEN: another check, service dependency or info section has the name. */
  NameTaken: codedError<[noun: string, name: string, remedy: string]>(
    'FST_MANAGEMENT_NAME_TAKEN', 'the %s name "%s" is taken: %s', 500),
  /** FST_MANAGEMENT_FUNCTION_INVALID: a check or an info section is not a function. */
  FunctionInvalid: codedError<[noun: string, name: string, received: string]>(
    'FST_MANAGEMENT_FUNCTION_INVALID', 'the %s "%s" must be a function, got %s', 500, TypeError),
  /** FST_MANAGEMENT_STARTUP_COMPLETED: a check for `startup` alone was added after startup had completed. */
  StartupCompleted: codedError<[name: string]>(
    'FST_MANAGEMENT_STARTUP_COMPLETED',
    'the startup check "%s" was added too late: startup has completed, so it would never run; ' +
    'add it before the app is ready, or for another kind', 500),
  /** FST_MANAGEMENT_METRICS_TAKEN: another instance uses the registry or the meter of the option `metrics`. */
  MetricsTaken: codedError<[reason: string, remedy: string]>(
    'FST_MANAGEMENT_METRICS_TAKEN',
    'the health metrics cannot be added: %s; close the other instance first, or give this one %s', 500),
  /** FST_MANAGEMENT_MISSING: another plugin of this package needs `fastify.management`. */
  ManagementMissing: codedError<[plugin: string]>(
    'FST_MANAGEMENT_MISSING',
    '%s needs fastify-management-endpoints: register it too, in the same scope or in a scope around it', 500),
  /** FST_MANAGEMENT_HEALTH_URL_TAKEN: an app registers itself twice under the same health URL. */
  HealthUrlTaken: codedError<[url: string]>(
    'FST_MANAGEMENT_HEALTH_URL_TAKEN',
    'the health URL %s is registered already: put all servers into one option "url", ' +
    'or give each app its own "managementBaseUrl"', 500),
  /** FST_MANAGEMENT_HEALTH_URL_UNKNOWN: there is no URL at which Spring Boot Admin could read the health. */
  HealthUrlUnknown: codedError<[reason: string]>(
    'FST_MANAGEMENT_HEALTH_URL_UNKNOWN', 'Spring Boot Admin cannot read the health of this app: %s', 500),
  /** FST_MANAGEMENT_CLIENT_INVALID: a ready-made check received an object that is not its client. */
  ClientInvalid: codedError<[check: string, expected: string, received: string]>(
    'FST_MANAGEMENT_CLIENT_INVALID', 'the check %s() must be given %s, got %s', 500, TypeError),
  /** FST_MANAGEMENT_ADDRESS_INVALID: the address of a service dependency is neither a URL nor a host. */
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
