import type { Client as GrpcClient } from '@grpc/grpc-js'
import type { Client as OpenSearchClient } from '@opensearch-project/opensearch'
import type { Admin as PlatformaticAdmin, Producer as PlatformaticProducer } from '@platformatic/kafka'
import type { Database } from 'better-sqlite3'
import type { CircuitBreakerPolicy, IPolicy } from 'cockatiel'
import type { Admin as KafkajsAdmin, Kafka } from 'kafkajs'
import type Memcached from 'memcached'
import type { Client as MemjsClient } from 'memjs'
import type { Transporter } from 'nodemailer'
import type Opossum from 'opossum'
import { circuitBreaker } from '../lib/checks/clients/circuit-breaker/circuit-breaker.js'
import { elasticsearch } from '../lib/checks/clients/elasticsearch/elasticsearch.js'
import { grpc } from '../lib/checks/clients/grpc/grpc.js'
import { kafka } from '../lib/checks/clients/kafka/kafka.js'
import { memcached } from '../lib/checks/clients/memcached/memcached.js'
import { smtp } from '../lib/checks/clients/smtp/smtp.js'
import { sqlite } from '../lib/checks/clients/sqlite/sqlite.js'
import { upstream } from '../lib/checks/network/upstream.js'
import type { CheckFunction } from '../lib/index.js'

/** The client of `@confluentinc/kafka-javascript` 1.10 as it is declared: npm cannot install it everywhere. */
declare class ConfluentKafka {
  producer (config?: { readonly kafkaJS?: object }): { connect (): Promise<void> }
  consumer (config: { readonly kafkaJS?: object }): { connect (): Promise<void> }
  admin (config?: { readonly kafkaJS?: object }): {
    connect (): Promise<void>
    disconnect (): Promise<void>
    listTopics (options?: { readonly timeout?: number }): Promise<string[]>
    fetchTopicMetadata (options?: { topics: string[], timeout?: number }): Promise<readonly object[]>
  }
}

/** Clients of Kafka. */
interface KafkaClients {
  readonly kafkajs: Kafka
  readonly kafkajsAdmin: KafkajsAdmin
  readonly confluent: ConfluentKafka
  readonly admin: PlatformaticAdmin
  readonly producer: PlatformaticProducer
}

/** Accepted clients of Kafka. */
export function rightKafka (clients: KafkaClients): readonly CheckFunction[] {
  return [
    kafka(clients.kafkajs),
    kafka(clients.confluent),
    kafka(clients.admin),
    kafka(clients.producer),
    kafka(() => clients.kafkajs, { topics: ['orders'] })
  ]
}

/** Values that do not compile as clients of Kafka. */
export function wrongKafka ({ kafkajs, kafkajsAdmin }: KafkaClients): void {
  // @ts-expect-error an admin client is not the Kafka that has made it
  kafka(kafkajsAdmin)
  // @ts-expect-error a topic alone is not a list
  kafka(kafkajs, { topics: 'orders' })
  // @ts-expect-error unknown option
  kafka(kafkajs, { topic: 'orders' })
}

/** Clients of several packages. */
interface Clients {
  readonly search: OpenSearchClient
  readonly inventory: GrpcClient
  readonly mail: Transporter
  readonly memjs: MemjsClient
  readonly cache: Memcached
  readonly db: Database
  readonly opossum: Opossum
  readonly cockatiel: CircuitBreakerPolicy
}

/** Accepted clients. */
export function right (clients: Clients): readonly CheckFunction[] {
  return [
    elasticsearch(clients.search),
    elasticsearch(() => clients.search, { whenYellow: 'UP' }),
    grpc(clients.inventory),
    grpc(() => clients.inventory, { service: 'shop.Inventory' }),
    smtp(clients.mail),
    smtp(() => clients.mail),
    memcached(clients.memjs),
    memcached(clients.cache),
    memcached(() => clients.cache),
    sqlite(clients.db),
    sqlite(() => clients.db, { minFree: 1, minFreeShare: 0.1 }),
    circuitBreaker(clients.opossum),
    circuitBreaker(clients.cockatiel),
    circuitBreaker(() => clients.opossum, { whenOpen: 'DOWN' }),
    upstream('http://shop'),
    upstream(new URL('http://shop'), { method: 'GET', headers: { host: 'shop' } })
  ]
}

/** Values that do not compile. */
export function wrong (clients: Clients, policy: IPolicy): void {
  // @ts-expect-error a gRPC client is not a client of Elasticsearch
  elasticsearch(clients.inventory)
  // @ts-expect-error unknown color
  elasticsearch(clients.search, { whenYellow: 'yellow' })
  // @ts-expect-error a client of Elasticsearch is not a gRPC client
  grpc(clients.search)
  // @ts-expect-error a service is a name
  grpc(clients.inventory, { service: 1 })
  // @ts-expect-error a database is not a transporter
  smtp(clients.db)
  // @ts-expect-error smtp() has no options
  smtp(clients.mail, {})
  // @ts-expect-error a database is not a cache
  memcached(clients.db)
  // @ts-expect-error a cache is not a database
  sqlite(clients.cache)
  // @ts-expect-error another policy of cockatiel is not a circuit breaker
  circuitBreaker(policy)
  // @ts-expect-error a failure cannot be reported as UP
  circuitBreaker(clients.opossum, { whenOpen: 'UP' })
  // @ts-expect-error upstream() has no option statusCodes
  upstream('http://shop', { statusCodes: [200] })
}
