/** All replicas of all services, in one design of their health endpoints. */
export interface Fleet {
  /** Sends a readiness probe to a replica. */
  probe (service: number, replica: number, answered: (isUp: boolean) => void): void
  /** The number of readiness requests that have reached the replicas, by service. */
  readonly requests: readonly number[]
  /** The number of queries from checks to the service's database, by service. */
  readonly queries: readonly number[]
}

/** The simulated databases. */
export interface Databases {
  /** Returns the current response time of a service's database, in milliseconds. */
  readonly queryMs: (service: number) => number
}
