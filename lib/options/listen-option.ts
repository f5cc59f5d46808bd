import { integer, text, withDefault } from '../base/rules.js'
import type { Rule } from '../base/rules.js'
import { optionsOf } from '../base/option-table.js'
import type { RulesOf } from '../base/option-table.js'

/**
 * A separate server for the endpoints.
 *
 * @example { port: 9000, host: '0.0.0.0' }
 * @see `docs/own-port.md`
 */
export interface ListenOption {
  /**
   * The port, from 0 to 65535; with 0 the system chooses a free port.
   *
   * @example { port: 9000 }
   * @see `docs/options.md#listen`
   */
  readonly port: number
  /**
   * A host name or an address of this machine; in a container use `0.0.0.0` or `::`.
   *
   * @default '127.0.0.1'
   * @example { port: 9000, host: '0.0.0.0' }
   * @see `docs/options.md#listen`
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
