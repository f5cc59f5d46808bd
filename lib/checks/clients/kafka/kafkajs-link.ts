import { hasMethods } from '../../../base/type-guards.js'
import { describeTopics, problemOf } from './cluster-state.js'
import type { ClusterState, Partition, TopicState } from './cluster-state.js'
import type { KafkaLink } from './kafka-reader.js'

/** The parts of a `Cluster` of kafkajs that the check uses. Its admin client works with a cluster of its own. */
interface KafkajsCluster {
  connect (): Promise<void>
  disconnect (): Promise<void>
  readonly brokerPool: {
    readonly seedBroker?: KafkajsBroker | undefined
    readonly brokers: Readonly<Record<string, KafkajsBroker>>
    readonly metadata: KafkajsMetadata
    refreshMetadata (topics: readonly string[]): Promise<unknown>
  }
}

interface KafkajsBroker {
  readonly connectionPool: { readonly pool: readonly { rejectRequests (error: Error): void }[] }
}

interface KafkajsMetadata {
  readonly brokers: readonly unknown[]
  readonly controllerId: number
  readonly topicMetadata: readonly { readonly topic: string, readonly partitionMetadata: readonly Partition[] }[]
}

/** kafkajs tries three brokers of its list, quickly: its own five retries take longer than a run. */
const RETRY = { retries: 2, initialRetryTime: 20, maxRetryTime: 20, multiplier: 1 }

/**
 * Makes a link of a cluster of kafkajs 2. Its admin client would request all topics of the cluster to list the brokers,
 * and would fail with any of them. It also retries and logs as the app's `Kafka` does, for example for seconds, and
 * several lines for each run.
 *
 * kafkajs keeps these parts under symbols. Returns `undefined` if they are missing.
 */
export function openKafkajs (kafka: object, logger: object): KafkaLink | undefined {
  const symbols = Object.getOwnPropertySymbols(kafka)
  const named = (name: string): symbol | undefined =>
    symbols.find(({ description }) => description === `private:Kafka:${name}`)
  const [create, retry, log] = [named('createCluster'), named('clusterRetry'), named('logger')]
  if (create === undefined || retry === undefined || log === undefined) return undefined
  const cluster = withParts(kafka, [[retry, RETRY], [log, logger]], () => {
    const make = Reflect.get(kafka, create) as (options: object) => unknown
    return make({ allowAutoTopicCreation: false })
  })
  return isCluster(cluster) ? linkOf(cluster) : undefined
}

/** Changes parts of an object for one synchronous call. */
function withParts<T> (target: object, parts: readonly (readonly [symbol, unknown])[], work: () => T): T {
  const before = parts.map(([symbol]) => [symbol, Reflect.get(target, symbol) as unknown] as const)
  for (const [symbol, part] of parts) Reflect.set(target, symbol, part)
  try {
    return work()
  } finally {
    for (const [symbol, part] of before) Reflect.set(target, symbol, part)
  }
}

function isCluster (value: unknown): value is KafkajsCluster {
  return hasMethods(value, 'connect', 'disconnect') && 'brokerPool' in value &&
    hasMethods(value.brokerPool, 'refreshMetadata')
}

/** kafkajs does not end a connection that is without answers, so each failure needs another link. */
function linkOf (cluster: KafkajsCluster): KafkaLink {
  return {
    reconnects: false,
    connect: async () => await cluster.connect(),
    disconnect: async () => {
      rejectRequests(cluster)
      await cluster.disconnect()
    },
    read: async (names) => await read(cluster, names)
  }
}

/** Otherwise kafkajs waits for answers first, by default for up to 30 s, and the process cannot end. */
function rejectRequests ({ brokerPool: { seedBroker, brokers } }: KafkajsCluster): void {
  const pools = [...seedBroker === undefined ? [] : [seedBroker], ...Object.values(brokers)]
  for (const connection of pools.flatMap(({ connectionPool }) => connectionPool.pool)) {
    connection.rejectRequests(new Error('the check has closed its connection'))
  }
}

async function read (cluster: KafkajsCluster, names: readonly string[]): Promise<ClusterState> {
  let state: Pick<ClusterState, 'brokers' | 'controller'> = { brokers: undefined, controller: undefined }
  const describe = async (names: readonly string[]): Promise<readonly TopicState[]> => {
    await cluster.brokerPool.refreshMetadata(names)
    const { brokers, controllerId: controller, topicMetadata } = cluster.brokerPool.metadata
    state = { brokers: brokers.length, controller }
    return topicMetadata.map(({ topic: name, partitionMetadata: partitions }) => ({ name, partitions }))
  }
  const topics = names.length > 0 ? await describeTopics(names, describe) : await ignoreTopics(describe)
  return { ...state, topics }
}

/** Without names, kafkajs requests all topics of the cluster. The problem of a topic is no problem of the cluster. */
async function ignoreTopics (describe: (names: readonly string[]) => Promise<unknown>): Promise<readonly TopicState[]> {
  try {
    await describe([])
  } catch (error) {
    if (problemOf(error) === undefined) throw error
  }
  return []
}
