import type { TimeLimit } from '../../kit/time-limit.js'
import type { ClusterState } from './cluster-state.js'

/** Reads the state of a cluster with a client of one package. */
export interface KafkaReader {
  /** Why the client could not connect, as far as its log says so. */
  readonly lastError: string | undefined
  /** Never creates a topic. */
  read (topics: readonly string[], limit: TimeLimit): Promise<ClusterState>
  /** Closes the connection of the check. */
  close (): void
}

/** A connection of the check's own to a cluster. */
export interface KafkaLink {
  /** Whether the client replaces a lost connection by itself. */
  readonly reconnects: boolean
  connect (): Promise<unknown>
  read (topics: readonly string[], limit: TimeLimit): Promise<ClusterState>
  /** Can be called again, also while it connects. */
  disconnect (): Promise<unknown>
}
