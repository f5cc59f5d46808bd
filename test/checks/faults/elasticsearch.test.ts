import { Client } from '@opensearch-project/opensearch'
import t from 'tap'
import { elasticsearch } from '../../../lib/checks/clients/elasticsearch/elasticsearch.js'
import { answerWith, GREEN } from '../../support/servers/http-double.js'
import { missing, startServer } from '../../support/servers/index.js'
import { EXPECTED } from './expected.js'
import { causeAndEnd, proveFaults } from './prove.js'
import type { Connect } from './prove.js'

/** Each fault takes a while to be detected and to end. */
t.setTimeout(300_000)

const connectOpenSearch: Connect = ({ host, port, user, password }) => {
  const client = new Client({ node: `http://${host}:${port}`, auth: { username: user, password } })
  return { check: elasticsearch(client), close: async () => await client.close() }
}

const NO_MANAGER = { type: 'cluster_manager_not_discovered_exception', reason: null }

const ANSWERS = {
  'yellow cluster': { statusCode: 200, body: { status: 'yellow' } },
  'red cluster': { statusCode: 200, body: { status: 'red' } },
  'server error': { statusCode: 503, body: { error: { ...NO_MANAGER, root_cause: [NO_MANAGER] } } }
} as const

t.jobs = 4

await t.test('OpenSearch (double)', { skip: missing('http'), buffered: true }, async (t) => {
  const server = await startServer(t, 'http')
  await t.test('client of OpenSearch', async (t) => {
    const test = { server, connect: connectOpenSearch, expected: EXPECTED.opensearch, refusedConnections: 1 }
    await proveFaults(t, test)
    for (const fault of ['yellow cluster', 'red cluster', 'server error'] as const) {
      await t.test(fault, async (t) => {
        const cause = async (): Promise<void> => await answerWith(server, ANSWERS[fault])
        await causeAndEnd(t, test, { fault, cause, end: async () => await answerWith(server, GREEN) })
      })
    }
  })
})
