import type { AddressInfo, ListenOptions } from 'node:net'
import type { TlsOptions } from 'node:tls'
import type { MessagePort } from 'node:worker_threads'
import type { Kind } from '../../health/kind.js'
import type { Status } from '../../health/status.js'
import type { Turns } from './block-meter.js'
import type { ServerLimits } from './server-limits.js'

/** The data that the thread starts with. */
export interface ThreadData {
  readonly memory: SharedArrayBuffer
  readonly turns: Turns
  readonly address: ListenOptions
  readonly https: TlsOptions | undefined
  readonly limits: ServerLimits
  readonly probes: ProbeTable
  /** In milliseconds. */
  readonly maxBlocked: number
  readonly readinessBlocked: number
  /** Whether the thread looks for the function that blocks the event loop. */
  readonly blocker: boolean
  /** The first fields of the line that the thread writes while the app cannot log. `undefined` writes none. */
  readonly logFields: Readonly<Record<string, unknown>> | undefined
}

/** The probes that the thread answers. */
export interface ProbeTable {
  /** Matches the path of a probe. Its first group is the last segment. */
  readonly pattern: string
  /** The position of the kind in the shared memory, by the last segment of the path. */
  readonly paths: ReadonlyMap<string, number>
  /** The kinds by their position. */
  readonly kinds: readonly Kind[]
  /** The terse answer of each status. */
  readonly answers: Readonly<Record<Status, TerseAnswer>>
  /** The kinds whose probes are forwarded while the event loop moves: they have another format, or are logged. */
  readonly forwarded: readonly Kind[]
}

/** A terse answer of a probe. */
export interface TerseAnswer {
  readonly statusCode: number
  /** The names and values, in the order in which Fastify sends them. */
  readonly headers: readonly string[]
  readonly body: string
}

/** The properties of the client's socket that a server reads. */
export interface Peer {
  readonly remoteAddress: string | undefined
  readonly remoteFamily: string | undefined
  readonly remotePort: number | undefined
  readonly localAddress: string | undefined
  readonly localPort: number | undefined
  readonly encrypted?: true
  readonly authorized?: boolean
  readonly authorizationError?: unknown
  /** The certificate of the client, for `socket.getPeerCertificate()`. */
  readonly certificate?: object
}

/** An error, as a message between threads keeps it. */
export interface SentError {
  readonly message: string
  readonly stack: string | undefined
  /** Its own properties, for example `code`. */
  readonly properties: Readonly<Record<string, unknown>>
}

/**
 * A function that blocks the event loop.
 *
 * @see `docs/blocked-event-loop.md`
 */
export interface Blocker {
  /** Empty for an anonymous function. */
  readonly function: string
  readonly file: string
  readonly line: number
}

/** Messages from the thread to the app. */
export type FromThread =
  | { readonly type: 'listening', readonly addresses: readonly (AddressInfo | string)[] }
  | { readonly type: 'failed', readonly error: SentError }
  /** Requests a report for the probes of a kind. */
  | { readonly type: 'report', readonly kind: number }
  /** Requests are waiting to be forwarded. */
  | { readonly type: 'knock' }
  /** A connection with a request of a client. */
  | { readonly type: 'connection', readonly port: MessagePort, readonly peer: Peer }
  | { readonly type: 'crowded' }
  | { readonly type: 'blocked', readonly blocker: Blocker | undefined }
  /** The thread has written a line about a block, at this time of the shared clock. */
  | { readonly type: 'logged', readonly at: number }

/** Returns true for messages that the app answers as soon as its event loop moves. */
export function isQuestion ({ type }: FromThread): boolean {
  return type === 'report' || type === 'knock' || type === 'connection'
}

/** Messages from the app to the thread. */
export type ToThread =
  | { readonly type: 'report', readonly kind: number, readonly status: Status }
  /** The answer to a knock: the event loop moves. */
  | { readonly type: 'come' }
  | { readonly type: 'limits', readonly limits: ServerLimits }
  | { readonly type: 'close' }
