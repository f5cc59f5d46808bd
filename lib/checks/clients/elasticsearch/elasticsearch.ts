import type { CheckFunction } from '../../../health/check/check-function.js'
import { STATUSES } from '../../../health/status.js'
import type { Status } from '../../../health/status.js'
import { isErrorLike } from '../../../base/error-like.js'
import { oneOf, withDefault } from '../../../base/rules.js'
import { hasMethods, isFunction, isRecord } from '../../../base/type-guards.js'
import { readyMade } from '../../kit/ready-made.js'
import { CheckFailure, timed } from '../../kit/result.js'
import type { Details } from '../../kit/result.js'
import { readyMadeOptions } from '../../kit/ready-made-options.js'
import type { TimeLimit } from '../../kit/time-limit.js'
import { clientFrom } from '../client-source.js'
import type { ClientSource } from '../client-source.js'
import { ELASTICSEARCH_MISTAKES } from './elasticsearch-mistakes.js'

/** The options of one request that the check sets. */
export interface ElasticsearchRequestOptions {
  maxRetries: number
  requestTimeout: number
  signal: AbortSignal
}

/**
 * The parts of a client of `@elastic/elasticsearch` or `@opensearch-project/opensearch` that the check uses.
 *
 * @see `docs/ready-made-checks.md#elasticsearch`
 */
export interface ElasticsearchClient {
  readonly cluster: {
    // Only as a method: the clients declare several forms of it.
    health (params: object, options: ElasticsearchRequestOptions): PromiseLike<unknown>
  }
  close (): unknown
}

/**
 * The options of `elasticsearch()`.
 *
 * @see `docs/ready-made-checks.md#elasticsearch`
 */
export interface ElasticsearchOptions {
  /**
   * The status while the cluster is yellow: all data is there, but a replica is missing.
   *
   * @default 'DEGRADED'
   * @example { whenYellow: 'UP' }
   * @see `docs/ready-made-checks.md#elasticsearch`
   */
  readonly whenYellow?: Status | undefined
}

/** The answer's JSON. */
type Document = Readonly<Record<string, unknown>>

/** The options with their defaults. */
interface ElasticsearchSettings {
  readonly whenYellow: Status
}

const CLIENT_TYPE = {
  check: 'elasticsearch',
  description: 'a Client of @elastic/elasticsearch or @opensearch-project/opensearch, or a function that returns one',
  is: isElasticsearch,
  mistakes: ELASTICSEARCH_MISTAKES
}

const readOptions = readyMadeOptions<ElasticsearchSettings>('client', {
  whenYellow: withDefault(oneOf(STATUSES), 'DEGRADED')
})

/**
 * Makes a check that requests the health of an Elasticsearch or OpenSearch cluster, once and on the app's own client.
 *
 * @param client a `Client` of `@elastic/elasticsearch` or of `@opensearch-project/opensearch`, or a function that
 *   returns it
 * @throws FST_MANAGEMENT_CLIENT_INVALID, FST_MANAGEMENT_OPTION_INVALID
 * @example fastify.management.addCheck('health', 'search', elasticsearch(client))
 * @see `docs/ready-made-checks.md#elasticsearch`
 * @see https://www.elastic.co/docs/api/doc/elasticsearch/operation/operation-cluster-health
 */
export function elasticsearch (
  client: ClientSource<ElasticsearchClient>, options: ElasticsearchOptions = {}
): CheckFunction {
  const current = clientFrom(client, CLIENT_TYPE)
  const settings = readOptions(options, 'elasticsearch')
  return readyMade(async ({ limit, details }) => {
    const { result, latencyMs } = await timed(async () => await requestHealth(current(), limit))
    Object.assign(details, detailsOf(result), { latencyMs })
    assertColor(result['status'], settings)
  })
}

/** Resolves with the answer's document. OpenSearch and version 7 of Elasticsearch put it into `body`. */
async function requestHealth (client: ElasticsearchClient, limit: TimeLimit): Promise<Document> {
  const options = { maxRetries: 0, requestTimeout: limit.ms, signal: limit.signal }
  try {
    const answer = await limit.wait(Promise.resolve(client.cluster.health({}, options)))
    const document = isRecord(answer) && isRecord(answer['body']) ? answer['body'] : answer
    if (isRecord(document)) return document
  } catch (error) {
    throw isTimeout(error) ? new Error(`no answer within ${limit.ms} ms`) : withStatusCode(error)
  }
  throw new Error('the server answered with no document')
}

/** Whether the client's own timer was faster than the check's. Both have the same time. */
function isTimeout (error: unknown): boolean {
  return isErrorLike(error) && error.name === 'TimeoutError'
}

/** The client says only "Response Error" about an answer without a document, for example of a proxy. */
function withStatusCode (error: unknown): unknown {
  if (!isErrorLike(error) || error.message !== 'Response Error' || !('statusCode' in error)) return error
  return new Error(`answered ${String(error.statusCode)}`, { cause: error.cause })
}

function detailsOf (health: Document): Details {
  return {
    cluster: health['cluster_name'],
    color: health['status'],
    nodes: health['number_of_nodes'],
    unassignedShards: health['unassigned_shards'],
    activeShardsPercent: health['active_shards_percent_as_number']
  }
}

function assertColor (color: unknown, { whenYellow }: ElasticsearchSettings): void {
  if (color === 'green' || (color === 'yellow' && whenYellow === 'UP')) return
  if (color === 'yellow') throw new CheckFailure(whenYellow, 'the cluster is yellow: a replica of a shard is missing')
  throw new Error(color === 'red' ? 'the cluster is red: a primary shard is missing' : 'the cluster reports no health')
}

/** Whether `elasticsearch` accepts a value as its client. */
export function isElasticsearch (value: unknown): value is ElasticsearchClient {
  return hasMethods(value, 'close', 'search', 'bulk') && 'cluster' in value &&
    isRecord(value.cluster) && isFunction(value.cluster['health'])
}
