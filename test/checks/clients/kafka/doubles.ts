import type t from 'tap'
import { LIFE } from '../../../../lib/health/check/check-function.js'
import type { CheckFunction } from '../../../../lib/health/check/check-function.js'
import type { RunResult } from '../../../../lib/health/check/result.js'
import { run } from '../../../support/check.js'
import { KafkaDouble } from '../../../support/servers/kafka-double.js'

type Test = Pick<typeof t, 'teardown'>

/** Starts a broker that ends with the test. */
export async function startKafka (test: Test): Promise<KafkaDouble> {
  const double = new KafkaDouble()
  test.teardown(async () => await double.close())
  await double.listen()
  return double
}

/** An app as far as a check that keeps a connection sees it. */
export interface AppDouble {
  readonly run: (check: CheckFunction, timeout?: number) => Promise<RunResult>
  readonly close: () => void
}

/** Makes an app that closes with the test. */
export function appOf (test: Test): AppDouble {
  const life = new AbortController()
  test.teardown(() => life.abort())
  return {
    run: async (check, timeout) =>
      await run(async (context) => await check(Object.assign({ ...context }, { [LIFE]: life.signal })), timeout),
    close: () => life.abort()
  }
}

/** A topic in an answer of the admin client. */
export interface TopicAnswer {
  readonly name: string
  readonly partitions: readonly object[]
}

interface Logger {
  readonly error: (message: string) => void
  readonly namespace: () => Logger
  readonly setLogLevel: (level: number) => void
}

/** Behaves like a `KafkaJS.Kafka` of @confluentinc/kafka-javascript 1.10, and its admin clients. */
export class KafkaDoubleClient {
  readonly events: string[] = []
  topics: readonly TopicAnswer[] = []
  /** Replaces the answer about topics. */
  answer: unknown
  connectError: Error | undefined
  isHanging = false
  #error: Error | undefined
  #logger: Logger | undefined

  /** Makes the requests fail, with the error's code. */
  fail (code: number, message: string): void {
    this.#error = Object.assign(new Error(message), { code })
  }

  log (message: string): void {
    this.#logger?.namespace().error(message)
  }

  producer (): object {
    return {}
  }

  consumer (): object {
    return {}
  }

  admin (options?: object) {
    const { kafkaJS: { logger } } = options as { readonly kafkaJS: { readonly logger: Logger } }
    logger.setLogLevel(4)
    this.#logger = logger
    return {
      connect: async () => {
        this.events.push('connect')
        if (this.connectError !== undefined) throw this.connectError
        await Promise.resolve()
      },
      disconnect: async () => { await Promise.resolve(this.events.push('disconnect')) },
      listTopics: async () => await this.#answer('listTopics', () => []),
      fetchTopicMetadata: async ({ topics }: { topics: readonly string[] }) =>
        await this.#answer(`fetch ${topics.join()}`, () => this.answer ?? topics.map((name) => this.#topic(name)))
    }
  }

  async #answer (event: string, answer: () => unknown): Promise<unknown> {
    this.events.push(event)
    if (this.isHanging) await new Promise(() => undefined)
    if (this.#error !== undefined) throw this.#error
    return await Promise.resolve(answer())
  }

  #topic (name: string): TopicAnswer {
    const topic = this.topics.find((topic) => topic.name === name)
    if (topic !== undefined) return topic
    throw Object.assign(new Error('Broker: Unknown topic or partition'), { code: 3 })
  }
}
