import { nonEmptyListOf, text, withDefault } from '../../../base/rules.js'
import { hasMethods } from '../../../base/type-guards.js'
import type { CheckFunction } from '../../../health/check/check-function.js'
import { Lives } from '../../kit/lives.js'
import { readyMadeOptions } from '../../kit/ready-made-options.js'
import { readyMade } from '../../kit/ready-made.js'
import type { ReadyMadeRun } from '../../kit/ready-made.js'
import { CheckFailure, timed } from '../../kit/result.js'
import type { Details } from '../../kit/result.js'
import { SharedRequest } from '../../kit/shared-request.js'
import type { TimeLimit } from '../../kit/time-limit.js'
import { clientFrom } from '../client-source.js'
import type { ClientSource } from '../client-source.js'
import { PerClient } from '../per-client.js'
import type { KafkaFactory } from './admin-link.js'
import type { ClusterState, TopicState } from './cluster-state.js'
import { KAFKA_MISTAKES } from './kafka-mistakes.js'
import type { KafkaReader } from './kafka-reader.js'
import { KeptReader } from './kept-reader.js'
import { PlatformaticReader } from './platformatic-reader.js'
import type { PlatformaticClient } from './platformatic-reader.js'

/**
 * A `Kafka` of kafkajs or of `@confluentinc/kafka-javascript`, or a client of `@platformatic/kafka`.
 *
 * @see `docs/ready-made-checks.md#kafka`
 */
export type KafkaClient = KafkaFactory | PlatformaticClient

/**
 * The options of `kafka()`.
 *
 * @see `docs/ready-made-checks.md#kafka`
 */
export interface KafkaOptions {
  /**
   * The topics that must exist and have a leader for each partition.
   *
   * @default []
   * @example { topics: ['orders'] }
   * @see `docs/ready-made-checks.md#kafka`
   */
  readonly topics?: readonly string[] | undefined
}

interface KafkaSettings {
  readonly topics: readonly string[]
}

const CLIENT_TYPE = {
  check: 'kafka',
  description: 'a Kafka of kafkajs or @confluentinc/kafka-javascript, a client of @platformatic/kafka, ' +
    'or a function that returns one',
  is: isKafka,
  mistakes: KAFKA_MISTAKES
}

const readOptions = readyMadeOptions<KafkaSettings>('client', { topics: withDefault(nonEmptyListOf(text), []) })

/**
 * Makes a check that reads the brokers, the controller and named topics of a Kafka cluster, over a kept connection.
 *
 * @param client a `Kafka` of kafkajs or of `@confluentinc/kafka-javascript`, an `Admin` or a `Producer` of
 *   `@platformatic/kafka`, or a function that returns it
 * @throws FST_MANAGEMENT_CLIENT_INVALID, FST_MANAGEMENT_OPTION_INVALID
 * @example fastify.management.addCheck('health', 'kafka', kafka(client, { topics: ['orders'] }))
 * @see `docs/ready-made-checks.md#kafka`
 */
export function kafka (client: ClientSource<KafkaClient>, options: KafkaOptions = {}): CheckFunction {
  const current = clientFrom(client, CLIENT_TYPE)
  const { topics } = readOptions(options, 'kafka')
  const connections = new Connections()
  const request = new SharedRequest(async (reader: KafkaReader, limit) =>
    await timed(async () => await reader.read([...new Set(topics)], limit)))
  return readyMade(async ({ limit, details, life }) => {
    await connections.use(current(), life, async (reader) => {
      const { result, latencyMs } = await request.send(reader, limit, () => timeoutMessage(limit, reader))
      Object.assign(details, detailsOf(result), { latencyMs })
      assertHealthy(result)
    })
  })
}

/** The connections of the checks that share one function. They are open as long as an app runs one of the checks. */
class Connections {
  readonly #readers = new PerClient((client: KafkaClient): KafkaReader =>
    isPlatformatic(client) ? new PlatformaticReader(client) : new KeptReader(client))

  readonly #used = new Set<KafkaReader>()
  readonly #lives = new Lives(() => this.#close())

  async use (
    client: KafkaClient, life: ReadyMadeRun['life'], work: (reader: KafkaReader) => Promise<void>
  ): Promise<void> {
    const reader = this.#readers.of(client)
    this.#used.add(reader)
    if (life !== undefined) this.#lives.follow(life)
    try {
      await work(reader)
    } finally {
      // No app closes the connection later.
      if (life === undefined || life.aborted) this.#close()
    }
  }

  #close (): void {
    for (const reader of this.#used) reader.close()
    this.#used.clear()
  }
}

function timeoutMessage ({ ms }: TimeLimit, { lastError }: KafkaReader): string {
  return `no answer within ${ms} ms${lastError === undefined ? '' : `: ${lastError}`}`
}

function detailsOf ({ brokers, controller, topics }: ClusterState): Details {
  const entries = topics.map((topic) => [topic.name, {
    partitions: topic.partitions.length, underReplicated: underReplicatedIn(topic)
  }])
  return { brokers, controller, ...topics.length > 0 && { topics: Object.fromEntries(entries) as Details } }
}

/** Reports all problems, and has the status of the worst. */
function assertHealthy ({ brokers, controller, topics }: ClusterState): void {
  const failures = topics.flatMap(failuresOf)
  if (brokers === 0) failures.unshift('the cluster has no brokers')
  const degradations = topics.flatMap(degradationsOf)
  if (controller === -1) degradations.unshift('the cluster has no controller')
  const message = [...failures, ...degradations].join('; ')
  if (failures.length > 0) throw new Error(message)
  if (degradations.length > 0) throw new CheckFailure('DEGRADED', message)
}

function failuresOf ({ name, partitions, problem }: TopicState): readonly string[] {
  const topic = `the topic "${name}"`
  if (problem !== undefined) return [`${topic} ${problem}`]
  const leaderless = partitions.filter(({ leader }) => leader < 0).length
  if (leaderless > 0) return [`${leaderless} of ${partitions.length} partitions of ${topic} have no leader`]
  return partitions.length === 0 ? [`${topic} does not exist`] : []
}

function degradationsOf (topic: TopicState): readonly string[] {
  const count = underReplicatedIn(topic)
  const { length } = topic.partitions
  return count === 0 ? [] : [`${count} of ${length} partitions of the topic "${topic.name}" are under-replicated`]
}

function underReplicatedIn ({ partitions }: TopicState): number {
  return partitions.filter(({ leader, replicas, isr }) => leader >= 0 && isr.length < replicas.length).length
}

function isPlatformatic (value: unknown): value is PlatformaticClient {
  return hasMethods(value, 'metadata', 'listApis', 'connectToBrokers', 'close') && 'closed' in value
}

/** Whether `kafka` accepts a value as its client. */
export function isKafka (value: unknown): value is KafkaClient {
  return isPlatformatic(value) || hasMethods(value, 'admin', 'producer', 'consumer')
}
