import type { Command } from './child.js'
import type { Address, Place } from './place.js'

/** How long a client waits for a server to answer. */
export const CLIENT_LIMIT_MS = 5_000

/** What our own clients call themselves where a server keeps names, so as not to be counted. */
export const OURS = 'census'

/** A process that goes on until it is told to end. */
export interface Service extends Command {
  readonly stopSignal: NodeJS.Signals
  /** Rejects while it is not ready. */
  readonly answers: () => Promise<unknown>
}

/** A connection to a server. */
export interface TestClient {
  /** Asks for something that the server itself has to answer. */
  readonly ping: () => Promise<unknown>
  readonly close: () => Promise<unknown>
}

/** All that is different from one server to the next. */
export interface ServerKind {
  /** The names of its packages in Debian. */
  readonly packages: readonly string[]
  readonly programs: readonly string[]
  /** Whom it runs as where it cannot be root. */
  readonly account: string
  readonly user: string
  readonly protocol: string
  /** What follows the port in its URL. */
  readonly path: string
  /** Fills the folder, and says what to start, in this order. */
  readonly prepare: (place: Place) => Promise<readonly Service[]>
  /** Rejects where the password is not the server's. */
  readonly connect: (address: Address) => Promise<TestClient>
  /** Counts the connections that are not ours. */
  readonly connections: (address: Address) => Promise<number>
}
