import type { CheckFunction } from '../../health/check/check-function.js'

/** Makes the check of a client. Throws FST_MANAGEMENT_CLIENT_INVALID if the check refuses the client. */
export type MakeCheck = (client: object) => CheckFunction

/**
 * Recognizes one type of client by its parts. None of the functions may call a getter or a method of an unknown value:
 * the call could open a connection.
 */
export interface Recognizer {
  /** The name of the type in `include`, `exclude` and `kinds`. */
  readonly type: string
  /** The decorators by which plugins and apps add such a client, and the names of their checks. */
  readonly decorators: Readonly<Record<string, string>>
  /** The names of the client's classes. The parts alone must be enough if there is no list. */
  readonly classes?: readonly string[]
  /** Whether the value may be a proxy. */
  readonly isProxy?: boolean
  /** Whether a value has the parts of such a client. */
  readonly fits: (value: object) => boolean
  /** Loads the test for values under one of the decorators, such as wrappers. It gets a view without getters. */
  readonly fitsDecorator?: () => Promise<(view: unknown) => boolean>
  /** Returns the reason why a client that fits gets no check. */
  readonly doubt?: (client: object) => string | undefined
  /** The objects by which two clients share their connections, for example a pool. */
  readonly parts?: (client: object) => readonly unknown[]
  /** Loads the check. */
  readonly load: () => Promise<MakeCheck>
}
