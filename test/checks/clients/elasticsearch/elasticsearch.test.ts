import { createServer } from 'node:http'
import type { RequestListener } from 'node:http'
import { Client } from '@opensearch-project/opensearch'
import t from 'tap'
import { elasticsearch } from '../../../../lib/checks/clients/elasticsearch/elasticsearch.js'
import type { ElasticsearchClient } from '../../../../lib/checks/clients/elasticsearch/elasticsearch.js'
import { run } from '../../../support/check.js'
import { listen } from '../../../support/loopback.js'

/** The parts of the answer of a cluster that the check reads. */
const GREEN = {
  cluster_name: 'books',
  status: 'green',
  number_of_nodes: 3,
  unassigned_shards: 0,
  active_shards_percent_as_number: 100
}

async function clientOf (test: Pick<typeof t, 'teardown'>, listener: RequestListener): Promise<Client> {
  const client = new Client({ node: `http://127.0.0.1:${await listen(test, createServer(listener))}` })
  test.teardown(async () => await client.close())
  return client
}

function answering (statusCode: number, body: unknown): RequestListener {
  return (_request, response) => {
    response.writeHead(statusCode, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  }
}

/** A client like that of Elasticsearch 8 and 9, which resolves with the document itself. */
function clientDouble (health: () => unknown): ElasticsearchClient {
  const double = { cluster: { health: async () => await health() }, close: () => 0, search: () => 0, bulk: () => 0 }
  return double
}

await t.test('elasticsearch() is UP with the state of a cluster that is green', async (t) => {
  const details = {
    cluster: 'books', color: 'green', nodes: 3, unassignedShards: 0, activeShardsPercent: 100, latencyMs: Number
  }
  const client = await clientOf(t, answering(200, GREEN))
  for (const source of [client, () => client, clientDouble(() => GREEN)]) {
    t.match(await run(elasticsearch(source)), { status: 'UP', details })
  }
})

await t.test('elasticsearch() is DEGRADED when the cluster is yellow, or has the status whenYellow', async (t) => {
  const client = clientDouble(() => ({ ...GREEN, status: 'yellow' }))
  const error = 'the cluster is yellow: a replica of a shard is missing'
  t.match(await run(elasticsearch(client)), { status: 'DEGRADED', details: { error, color: 'yellow' } })
  const down = elasticsearch(client, { whenYellow: 'OUT_OF_SERVICE' })
  t.match(await run(down), { status: 'OUT_OF_SERVICE', details: { error } })
  t.match(await run(elasticsearch(client, { whenYellow: 'UP' })), { status: 'UP', details: { color: 'yellow' } })
})

await t.test('elasticsearch() is DOWN when the cluster is red, or reports no health', async (t) => {
  const cases = [
    [{ ...GREEN, status: 'red' }, 'the cluster is red: a primary shard is missing'],
    [{}, 'the cluster reports no health'],
    ['green', 'the server answered with no document'],
    [{ body: null }, 'the cluster reports no health']
  ] as const
  for (const [answer, error] of cases) {
    t.match(await run(elasticsearch(clientDouble(() => answer))), { status: 'DOWN', details: { error } })
  }
})

await t.test('elasticsearch() is DOWN with the reason when the user lacks the right', async (t) => {
  const reason = 'no permissions for [cluster:monitor/health]'
  const error = { type: 'security_exception', reason, root_cause: [{ type: 'security_exception', reason }] }
  const client = await clientOf(t, answering(403, { error, status: 403 }))
  t.match(await run(elasticsearch(client)), { status: 'DOWN', details: { error: /no permissions for / } })
})

await t.test('elasticsearch() sends one request when the server fails or hangs', async (t) => {
  let requests = 0
  const failing = await clientOf(t, (request, response) => {
    requests += 1
    answering(503, { status: 503 })(request, response)
  })
  t.match(await run(elasticsearch(failing)), { status: 'DOWN' })
  t.equal(requests, 1)
  requests = 0
  const hanging = await clientOf(t, () => { requests += 1 })
  const error = 'no answer within 180 ms'
  t.match(await run(elasticsearch(hanging), 200), { status: 'DOWN', details: { error } })
  t.equal(requests, 1)
})

await t.test('elasticsearch() is DOWN in time when the client ignores the signal, or has a faster timer', async (t) => {
  const error = 'no answer within 18 ms'
  const deaf = clientDouble(async () => await new Promise(() => undefined))
  t.match(await run(elasticsearch(deaf), 20), { status: 'DOWN', details: { error } })
  const fast = clientDouble(() => { throw Object.assign(new Error('Request timed out'), { name: 'TimeoutError' }) })
  t.match(await run(elasticsearch(fast), 20), { status: 'DOWN', details: { error } })
})

await t.test('elasticsearch() is DOWN when the client is closed', async (t) => {
  const client = new Client({ node: 'http://127.0.0.1:1' })
  await client.close()
  t.match(await run(elasticsearch(client)), { status: 'DOWN', details: { error: /was not able to find a usable/ } })
})

await t.test('elasticsearch() throws when its options are invalid', (t) => {
  const client = clientDouble(() => GREEN)
  t.throws(() => elasticsearch(client, { whenYelow: 'UP' } as never), {
    code: 'FST_MANAGEMENT_OPTION_INVALID',
    message: /elasticsearch\(client\)\.whenYelow.*did you mean "whenYellow"/
  })
  t.throws(() => elasticsearch(client, { whenYellow: 'GREEN' as never }), {
    code: 'FST_MANAGEMENT_OPTION_INVALID',
    message: /elasticsearch\.whenYellow/
  })
  t.end()
})
