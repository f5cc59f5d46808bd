import { integer, text, withDefault } from '../base/rules.js'
import type { Rule } from '../base/rules.js'
import { optionsOf } from '../base/option-table.js'
import type { RulesOf } from '../base/option-table.js'

/**
 * A separate server for the endpoints. It limits the time for headers to 5 s, for a request to 10 s, for an idle
 * connection to 3 s, and the number of connections to 1,000. Stricter limits of the app's server apply.
 */
export interface ListenOption {
  /**
   * The port, from 0 to 65535. With 0 the system chooses a free port, and `fastify.management.addresses()` returns it.
   *
   * @example
   * 9000
   */
  readonly port: number
  /**
   * A host name or an address of this machine. In a container use `0.0.0.0` or `::`.
   *
   * @default '127.0.0.1'
   */
  readonly host?: string | undefined
}

/** The host and port of the separate server. */
export interface ListenSettings {
  readonly host: string
  readonly port: number
}

/** The rule of `listen`. */
export const listen: Rule<ListenSettings> = optionsOf({
  port: integer(0, 65_535),
  host: withDefault(text, '127.0.0.1')
} satisfies RulesOf<ListenOption>, { expected: 'an object with a port and an optional host' })
