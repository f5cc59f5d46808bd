import t from 'tap'
import { SharedRequest } from '../../../lib/checks/kit/shared-request.js'
import { TimeLimit } from '../../../lib/checks/kit/time-limit.js'
import { ManualClock } from '../../support/clock.js'

interface SentRequest {
  readonly client: object
  readonly resolve: (answer: string) => void
  readonly reject: (error: Error) => void
}

interface RequestUnderTest {
  readonly sent: readonly SentRequest[]
  readonly send: (client: object, controller?: AbortController) => Promise<string>
}

/** Aborted at the end, to end the requests that are still pending. */
const end = new AbortController()

/** Makes a shared request whose answers the test gives. */
function makeRequest (clock = new ManualClock()): RequestUnderTest {
  const sent: SentRequest[] = []
  const request = new SharedRequest(async (client: object): Promise<string> => {
    return await new Promise((resolve, reject) => sent.push({ client, resolve, reject }))
  }, clock)
  const send = async (client: object, { signal } = end): Promise<string> => {
    const context = { signal, timeout: 1_000_000 }
    const answer = TimeLimit.of(context, async (limit) => await request.send(client, limit, () => 'given up'))
    answer.catch(() => undefined)
    return await answer
  }
  return { sent, send }
}

const client = { name: 'client' }

await t.test('send() sends the request to the client and returns the answer', async (t) => {
  const { sent, send } = makeRequest()
  const answer = send(client)
  t.equal(sent[0]?.client, client)
  sent[0]?.resolve('PONG')
  t.equal(await answer, 'PONG')
})

await t.test('send() shares a pending request, and its answer, between all callers', async (t) => {
  const { sent, send } = makeRequest()
  const answers = [send(client), send(client), send(client)]
  t.equal(sent.length, 1)
  sent[0]?.resolve('PONG')
  t.same(await Promise.all(answers), ['PONG', 'PONG', 'PONG'])
})

await t.test('send() sends the request again after an answer or an error', async (t) => {
  const { sent, send } = makeRequest()
  const first = send(client)
  sent[0]?.resolve('PONG')
  await first
  const second = send(client)
  sent[1]?.reject(new Error('LOADING'))
  await t.rejects(second, { message: 'LOADING' })
  send(client).catch(() => undefined)
  t.equal(sent.length, 3)
})

await t.test('an error without a waiting caller does not end the process', async (t) => {
  const { sent, send } = makeRequest()
  send(client).catch(() => undefined)
  sent[0]?.reject(new Error('gone'))
  await new Promise((resolve) => setImmediate(resolve))
  t.equal(sent.length, 1)
})

await t.test('send() sends one request per client', async (t) => {
  const { sent, send } = makeRequest()
  const old = send(client)
  const other = { name: 'other' }
  const now = send(other)
  sent[0]?.resolve('old')
  sent[1]?.resolve('new')
  t.same(await Promise.all([old, now]), ['old', 'new'])
  t.same(sent.map(({ client }) => client), [client, other])
})

await t.test('an answer of the old client does not end the request of the new client', async (t) => {
  const { sent, send } = makeRequest()
  const old = send(client)
  const other = {}
  send(other).catch(() => undefined)
  sent[0]?.resolve('old')
  await old
  send(other).catch(() => undefined)
  t.equal(sent.length, 2)
})

await t.test('send() sends one request to each of two alternating clients', (t) => {
  const { sent, send } = makeRequest()
  const other = {}
  for (let count = 0; count < 10; count++) for (const one of [client, other]) send(one).catch(() => undefined)
  t.equal(sent.length, 2)
  t.end()
})

await t.test('a caller that gives up does not take the answer from a caller that still waits', async (t) => {
  const { sent, send } = makeRequest()
  const controller = new AbortController()
  const [given, kept] = [send(client, controller), send(client)]
  controller.abort()
  await t.rejects(given, { message: 'given up' })
  sent[0]?.resolve('PONG')
  t.equal(await kept, 'PONG')
})

await t.test('send() sends the request again when there is no answer for a minute', async (t) => {
  const clock = new ManualClock()
  const { sent, send } = makeRequest(clock)
  send(client).catch(() => undefined)
  await clock.pass(60_000)
  send(client).catch(() => undefined)
  t.equal(sent.length, 1, 'not before')
  await clock.pass(1)
  send(client).catch(() => undefined)
  t.equal(sent.length, 2)
})

end.abort()
