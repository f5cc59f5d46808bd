import type { TlsOptions } from 'node:tls'
import { flag, integer, refuse, text, withDefault } from '../base/rules.js'
import type { Rule } from '../base/rules.js'
import { optionsOf } from '../base/option-table.js'
import type { RulesOf } from '../base/option-table.js'
import { https } from './https-option.js'
import { socketPath } from './socket-path.js'
import { thread } from './thread-option.js'
import type { ThreadOption, ThreadSettings } from './thread-option.js'

/**
 * A separate server for the endpoints.
 *
 * @example { port: 9000, host: '0.0.0.0' }
 * @example { path: '/run/shop/management.sock' }
 * @see `docs/own-port.md`
 */
export type ListenOption = ({
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
} | {
  /**
   * A Unix socket instead of a port, at most 103 bytes.
   *
   * @example { path: '/run/shop/management.sock' }
   * @see `docs/own-port.md#on-a-unix-socket`
   */
  readonly path: string
  /**
   * The permissions of the Unix socket, as the number of `chmod`: from 0 to 0o777.
   *
   * @default the umask of the process decides: usually only your own user can connect
   * @example { path: '/run/shop/management.sock', mode: 0o666 }
   * @see `docs/own-port.md#on-a-unix-socket`
   */
  readonly mode?: number | undefined
}) & {
  /**
   * The TLS options of Node.js, with a certificate and its key.
   *
   * @default no TLS
   * @example { port: 9000, https: { cert: readFileSync('/tls/tls.crt'), key: readFileSync('/tls/tls.key') } }
   * @see `docs/own-port.md#with-tls`
   * @see https://nodejs.org/api/tls.html#tlscreateserveroptions-secureconnectionlistener
   */
  readonly https?: TlsOptions | undefined
  /**
   * Lets readiness fail while the port of the app gives no answer.
   *
   * @default true
   * @example { port: 9000, watch: false }
   * @see `docs/own-port.md#if-the-port-of-your-app-gives-no-answer`
   */
  readonly watch?: boolean | undefined
  /**
   * Serves the port from a thread, which answers probes while the event loop is blocked; `true` uses the defaults.
   *
   * @default false
   * @example { port: 9000, thread: { maxBlocked: 60_000 } }
   * @see `docs/blocked-event-loop.md`
   */
  readonly thread?: boolean | ThreadOption | undefined
}

/** The address of the separate server. */
export type ListenAddress = PortAddress | SocketAddress

interface PortAddress {
  readonly host: string
  readonly port: number
}

interface SocketAddress {
  readonly path: string
  readonly mode: number | undefined
}

/** The settings of the separate server. */
export interface ListenSettings {
  readonly address: ListenAddress
  readonly https: TlsOptions | undefined
  readonly watch: boolean
  readonly thread: ThreadSettings | undefined
}

type KeysOf<Union> = Union extends Union ? keyof Union : never

const port = integer(0, 65_535)

const readOptions = optionsOf({
  port: withDefault(port, undefined),
  host: withDefault(text, undefined),
  path: withDefault(socketPath, undefined),
  mode: withDefault(integer(0, 0o777), undefined),
  https: withDefault(https, undefined),
  watch: withDefault(flag, true),
  thread: withDefault(thread, undefined)
} satisfies RulesOf<Record<KeysOf<ListenOption>, unknown>>, {
  expected: 'an object with a port and an optional host, or with the path of a Unix socket'
})

/** The rule of `listen`. */
export const listen: Rule<ListenSettings> = (value, path) => {
  const { https, watch, thread, ...address } = readOptions(value, path)
  return { address: addressOf(address, path), https, watch, thread }
}

type GivenAddress = Pick<ReturnType<typeof readOptions>, 'port' | 'host' | 'path' | 'mode'>

function addressOf (given: GivenAddress, option: string): ListenAddress {
  const { path, mode, host = '127.0.0.1' } = given
  if (path === undefined) {
    assertOmitted(mode, `${option}.mode`, 'omitted without a "path"')
    return { host, port: port(given.port, `${option}.port`) }
  }
  assertOmitted(given.port, `${option}.port`, 'omitted with a "path"')
  assertOmitted(given.host, `${option}.host`, 'omitted with a "path"')
  return { path, mode }
}

function assertOmitted (value: unknown, option: string, expected: string): void {
  if (value !== undefined) refuse(value, option, expected)
}
