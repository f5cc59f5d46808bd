/** All replicas of all services, in one design of their health endpoints. */
export interface Fleet {
  /** Asks one replica for its readiness. */
  probe (service: number, replica: number, answered: (isUp: boolean) => void): void
  /** By service, how many requests for its readiness have reached its replicas. */
  readonly requests: readonly number[]
  /** By service, how many queries its checks have sent to its database. */
  readonly queries: readonly number[]
}

/** What a fleet is put into. */
export interface Surroundings {
  /** How long a service's database takes for an answer at the moment, in milliseconds. */
  readonly queryMs: (service: number) => number
}
