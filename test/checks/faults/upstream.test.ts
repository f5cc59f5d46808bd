import t from 'tap'
import { upstream } from '../../../lib/checks/network/upstream.js'
import { answerWith, GREEN } from '../../support/servers/http-double.js'
import { missing, startServer } from '../../support/servers/index.js'
import { EXPECTED } from './expected.js'
import { causeAndEnd, proveFaults } from './prove.js'
import type { Connect } from './prove.js'

/** Each fault takes a while to be detected and to end. */
t.setTimeout(300_000)

const connect: Connect = ({ host, port, user, password }) => {
  return { check: upstream(`http://${user}:${password}@${host}:${port}`), close: () => undefined }
}

t.jobs = 4

await t.test('upstream of a proxy', { skip: missing('http'), buffered: true }, async (t) => {
  const server = await startServer(t, 'http')
  const test = { server, connect, expected: EXPECTED.upstream }
  await proveFaults(t, test)
  await t.test('the server answers with an error, and without an error again', async (t) => {
    const cause = async (): Promise<void> => await answerWith(server, { statusCode: 503, body: {} })
    await causeAndEnd(t, test, { fault: 'server error', cause, end: async () => await answerWith(server, GREEN) })
  })
})
