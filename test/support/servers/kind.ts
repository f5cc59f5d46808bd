import type { Command } from './child.js'
import type { Address, Place } from './place.js'

/** How long a client waits for a server to answer. */
export const CLIENT_LIMIT_MS = 5_000

/** The name of our own clients, so that servers with client names do not count them. */
export const OURS = 'census'

/** A process that runs until a signal ends it. */
export interface Service extends Command {
  readonly stopSignal: NodeJS.Signals
  /** Rejects while it is not ready. */
  readonly answers: () => Promise<unknown>
}

/** A connection to a server. */
export interface TestClient {
  /** Sends a request that only the server itself can answer. */
  readonly ping: () => Promise<unknown>
  readonly close: () => Promise<unknown>
}

/** Everything that differs between servers. */
export interface ServerKind {
  /** The names of its packages in Debian. */
  readonly packages: readonly string[]
  readonly programs: readonly string[]
  /** The account for a server that refuses to run as root. */
  readonly account: string
  readonly user: string
  readonly protocol: string
  /** The path of its URL. */
  readonly path: string
  /** Whether it accepts any password. */
  readonly isOpen?: true
  /** Fills the folder. Resolves to the services to start, in their order. */
  readonly prepare: (place: Place) => Promise<readonly Service[]>
  /** Rejects if the password is wrong. */
  readonly connect: (address: Address) => Promise<TestClient>
  /** Changes the user's password. Open connections stay open. */
  readonly changePassword?: (address: Address, password: string) => Promise<unknown>
  /** Counts the connections, without the connections of this counting. */
  readonly connections: (address: Address) => Promise<number>
}
