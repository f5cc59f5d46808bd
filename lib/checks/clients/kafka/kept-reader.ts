import { awaitOr } from '../../../base/attempt-or.js'
import { reasonOf } from '../../../base/describe.js'
import { isRecord } from '../../../base/type-guards.js'
import type { TimeLimit } from '../../kit/time-limit.js'
import { openAdmin } from './admin-link.js'
import type { KafkaFactory } from './admin-link.js'
import type { ClusterState } from './cluster-state.js'
import type { KafkaLink, KafkaReader } from './kafka-reader.js'
import { openKafkajs } from './kafkajs-link.js'
import { quietLog } from './quiet-log.js'

/** The code of librdkafka for a timeout. Its own codes are negative, the codes of the protocol are positive. */
const TIMED_OUT = -185

/** Reads the state over one connection of the check's own, which stays open between the runs. */
export class KeptReader implements KafkaReader {
  lastError: string | undefined
  readonly #kafka: KafkaFactory
  /** Every link that is not closed. */
  readonly #open = new Set<KafkaLink>()
  /** The link for the next run. No two runs share a link, because a request without an answer blocks it. */
  #idle: KafkaLink | undefined

  constructor (kafka: KafkaFactory) {
    this.#kafka = kafka
  }

  async read (topics: readonly string[], limit: TimeLimit): Promise<ClusterState> {
    let isConnected = this.#idle !== undefined
    const link = this.#idle ?? this.#make()
    this.#idle = undefined
    try {
      if (!isConnected) await link.connect()
      isConnected = true
      const state = await link.read(topics, limit)
      this.lastError = undefined
      return state
    } catch (error) {
      if (!isConnected || !link.reconnects) this.#open.delete(link)
      throw this.#explain(error, limit)
    } finally {
      if (this.#open.has(link)) this.#idle = link
      else disconnect(link)
    }
  }

  /** A run that goes on disconnects its link again when it ends: the link may connect meanwhile. */
  close (): void {
    this.#open.forEach(disconnect)
    this.#open.clear()
    this.#idle = undefined
  }

  #make (): KafkaLink {
    const log = quietLog((message) => { this.lastError = reasonIn(message) ?? this.lastError })
    const link = openKafkajs(this.#kafka, log) ?? openAdmin(this.#kafka, log)
    this.#open.add(link)
    return link
  }

  /** The errors of librdkafka name no reason, but its log does. */
  #explain (error: unknown, { ms }: TimeLimit): unknown {
    if (!isRecord(error) || typeof error['code'] !== 'number' || error['code'] >= 0) return error
    const message = error['code'] === TIMED_OUT ? `no answer within ${ms} ms` : reasonOf(error)
    return new Error(this.lastError === undefined ? message : `${message}: ${this.lastError}`)
  }
}

function disconnect (link: KafkaLink): void {
  void awaitOr(async () => await link.disconnect(), undefined)
}

/** librdkafka adds the name of its thread, and how often the error has occurred. Its own errors have no reason. */
export function reasonIn (message: string): string | undefined {
  if (/\bLocal: [\w ]+$/.test(message)) return undefined
  return message.replace(/^\[thrd:[^\]]*\]: /, '').replace(/ \(after \d+ms in state .*$/s, '')
}
