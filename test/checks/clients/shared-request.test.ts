import t from 'tap'
import { SharedRequest } from '../../../lib/checks/clients/shared-request.js'
import { TimeLimit } from '../../../lib/checks/kit/time-limit.js'
import { ManualClock } from '../../support/clock.js'

interface Put {
  readonly client: object
  readonly answer: (text: string) => void
  readonly refuse: (error: Error) => void
}

interface Asking {
  readonly puts: readonly Put[]
  readonly question: { readonly ask: (client: object, controller?: AbortController) => Promise<string> }
}

/** Ends what is still asked at the end. */
const end = new AbortController()

/** A question whose answers the test gives. */
function question (clock = new ManualClock()): Asking {
  const puts: Put[] = []
  const put = async (client: object): Promise<string> => await new Promise((resolve, reject) => puts.push({ client, answer: resolve, refuse: reject }))
  const question = new SharedRequest(put, clock)
  const ask = async (client: object, { signal } = end): Promise<string> => {
    const answer = TimeLimit.of({ signal, timeout: 1_000_000 }, async (limit) => await question.send(client, limit, () => 'given up'))
    answer.catch(() => undefined)
    return await answer
  }
  return { puts, question: { ask } }
}

const client = { name: 'client' }

await t.test('is put to the client and answered', async (t) => {
  const { puts, question: asked } = question()
  const answer = asked.ask(client)
  t.equal(puts[0]?.client, client)
  puts[0]?.answer('PONG')
  t.equal(await answer, 'PONG')
})

await t.test('is not put again while it has not been answered; the answer serves all', async (t) => {
  const { puts, question: asked } = question()
  const answers = [asked.ask(client), asked.ask(client), asked.ask(client)]
  t.equal(puts.length, 1)
  puts[0]?.answer('PONG')
  t.same(await Promise.all(answers), ['PONG', 'PONG', 'PONG'])
})

await t.test('is put again once it was answered, or refused', async (t) => {
  const { puts, question: asked } = question()
  const first = asked.ask(client)
  puts[0]?.answer('PONG')
  await first
  const second = asked.ask(client)
  puts[1]?.refuse(new Error('LOADING'))
  await t.rejects(second, { message: 'LOADING' })
  asked.ask(client).catch(() => undefined)
  t.equal(puts.length, 3)
})

await t.test('a refusal that nobody waits for any more does not end the process', async (t) => {
  const { puts, question: asked } = question()
  asked.ask(client).catch(() => undefined)
  puts[0]?.refuse(new Error('gone'))
  await new Promise((resolve) => setImmediate(resolve))
  t.equal(puts.length, 1)
})

await t.test('another client is asked for itself', async (t) => {
  const { puts, question: asked } = question()
  const old = asked.ask(client)
  const other = { name: 'other' }
  const now = asked.ask(other)
  puts[0]?.answer('old')
  puts[1]?.answer('new')
  t.same(await Promise.all([old, now]), ['old', 'new'])
  t.same(puts.map(({ client }) => client), [client, other])
})

await t.test('an answer that comes for the client before does not end the wait for the present one', async (t) => {
  const { puts, question: asked } = question()
  const old = asked.ask(client)
  const other = {}
  asked.ask(other).catch(() => undefined)
  puts[0]?.answer('old')
  await old
  asked.ask(other).catch(() => undefined)
  t.equal(puts.length, 2)
})

await t.test('clients that take turns are each asked once', (t) => {
  const { puts, question: asked } = question()
  const other = {}
  for (let count = 0; count < 10; count++) for (const one of [client, other]) asked.ask(one).catch(() => undefined)
  t.equal(puts.length, 2)
  t.end()
})

await t.test('who gives up leaves nothing behind, and the answer is for who still waits', async (t) => {
  const { puts, question: asked } = question()
  const controller = new AbortController()
  const [given, kept] = [asked.ask(client, controller), asked.ask(client)]
  controller.abort()
  await t.rejects(given, { message: 'given up' })
  puts[0]?.answer('PONG')
  t.equal(await kept, 'PONG')
})

await t.test('an answer that does not come for a minute is lost, and the question put anew', async (t) => {
  const clock = new ManualClock()
  const { puts, question: asked } = question(clock)
  asked.ask(client).catch(() => undefined)
  await clock.pass(60_000)
  asked.ask(client).catch(() => undefined)
  t.equal(puts.length, 1, 'not before')
  await clock.pass(1)
  asked.ask(client).catch(() => undefined)
  t.equal(puts.length, 2)
})

end.abort()
