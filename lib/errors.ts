import createError from '@fastify/error'

/**
 * Every error that this package throws, by name. Each has a `code` that starts with `FST_MANAGEMENT_` and a message
 * that says what came and what is expected.
 */
export const errors = {
  /** An option of the plugin, or of a check, has a value it cannot have. */
  OptionInvalid: createError<[option: string, expected: string, came: string]>(
    'FST_MANAGEMENT_OPTION_INVALID', 'option "%s" must be %s, got %s', 500, TypeError),
  /** The plugin was registered where its decorator, or its prefix, is taken. */
  AlreadyRegistered: createError<[reason: string]>(
    'FST_MANAGEMENT_ALREADY_REGISTERED', 'fastify-management-endpoints cannot be registered here: %s', 500),
  /** The server of the option `listen` cannot be opened. */
  ListenFailed: createError<[where: string, reason: string, options: { readonly cause: unknown }]>(
    'FST_MANAGEMENT_LISTEN_FAILED', 'the management endpoints cannot listen on %s: %s', 500),
  /** A check was added, or a report asked for, under a kind that does not exist. */
  KindUnknown: createError<[came: string, known: string]>(
    'FST_MANAGEMENT_KIND_UNKNOWN', 'unknown kind: got %s, expected one of %s; custom kinds are named in the option "kinds"', 500, TypeError),
  /** A name of a check, a kind, a service dependency or a section is empty, too long, reserved, or has letters it must not have. */
  NameInvalid: createError<[what: string, expected: string, came: string]>(
    'FST_MANAGEMENT_NAME_INVALID', 'the name of a %s must be %s, got %s', 500, TypeError),
  /** Another check, service dependency or section has this name. */
  NameTaken: createError<[what: string, name: string, advice: string]>(
    'FST_MANAGEMENT_NAME_TAKEN', 'the %s name "%s" is taken: %s', 500),
  /** What should be called is no function. */
  FunctionInvalid: createError<[what: string, name: string, came: string]>(
    'FST_MANAGEMENT_FUNCTION_INVALID', 'the %s "%s" must be a function, got %s', 500, TypeError),
  /** A startup check was added after startup had completed, so that nothing would ever run it. */
  StartupCompleted: createError<[name: string]>(
    'FST_MANAGEMENT_STARTUP_COMPLETED', 'the startup check "%s" comes too late: all startup checks have passed and startup checks run no more', 500),
  /** An instance that is broken, draining or closing was to be put in service. */
  OutOfServiceForGood: createError<[reason: string]>(
    'FST_MANAGEMENT_OUT_OF_SERVICE_FOR_GOOD', 'the app cannot be put in service again: %s', 500),
  /** A ready-made check was given something else than the client that it is for. */
  ClientInvalid: createError<[check: string, expected: string, came: string]>(
    'FST_MANAGEMENT_CLIENT_INVALID', 'the check %s() must be given %s, got %s', 500, TypeError),
  /** The address of a service dependency makes no URL. */
  AddressInvalid: createError<[name: string, came: string]>(
    'FST_MANAGEMENT_ADDRESS_INVALID', 'the service dependency "%s" must have an http:// or https:// URL, or a host with an optional port and path, got %s', 500, TypeError)
} as const
