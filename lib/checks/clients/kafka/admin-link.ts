import { isRecord } from '../../../base/type-guards.js'
import { describeTopics } from './cluster-state.js'
import type { TopicState } from './cluster-state.js'
import type { KafkaLink } from './kafka-reader.js'

/** The parts of a `Kafka` of kafkajs, or of `KafkaJS.Kafka` of `@confluentinc/kafka-javascript`. */
export interface KafkaFactory {
  admin (options?: object): KafkaAdmin
  producer (options?: never): object
  consumer (options: never): object
}

/** The parts of its admin client that the check uses. */
export interface KafkaAdmin {
  connect (): Promise<void>
  disconnect (): Promise<void>
  listTopics (options?: object): Promise<unknown>
  fetchTopicMetadata (options: { topics: string[], timeout?: number }): Promise<unknown>
}

/**
 * Makes a link of an admin client, which cannot list the brokers. `@confluentinc/kafka-javascript` ends a request after
 * the timeout, and replaces a lost connection.
 */
export function openAdmin (kafka: KafkaFactory, logger: object): KafkaLink {
  const admin = kafka.admin({ kafkaJS: { logger } })
  return {
    reconnects: true,
    connect: async () => await admin.connect(),
    disconnect: async () => await admin.disconnect(),
    read: async (names, { leftMs }) => {
      const timeout = Math.max(1, Math.floor(leftMs))
      if (names.length === 0) await admin.listTopics({ timeout })
      const topics = await describeTopics(names, async (topics) =>
        topicsIn(await admin.fetchTopicMetadata({ topics: [...topics], timeout })))
      return { brokers: undefined, controller: undefined, topics }
    }
  }
}

function topicsIn (answer: unknown): readonly TopicState[] {
  // kafkajs wraps the list.
  const topics: unknown = isRecord(answer) ? answer['topics'] : answer
  if (!Array.isArray(topics)) throw new Error('the client answered without topics')
  return topics as readonly TopicState[]
}
