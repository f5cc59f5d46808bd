import t from 'tap'
import { Question } from '../../../lib/checks/clients/question.js'
import { ManualClock } from '../../support/clock.js'

interface Put {
  readonly client: object
  readonly answer: (text: string) => void
  readonly refuse: (error: Error) => void
}

/** A question whose answers the test gives. */
function question (clock = new ManualClock()): { readonly puts: readonly Put[], readonly question: Question<object, string> } {
  const puts: Put[] = []
  const put = async (client: object): Promise<string> => await new Promise((resolve, reject) => puts.push({ client, answer: resolve, refuse: reject }))
  return { puts, question: new Question(put, clock) }
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
  void asked.ask(client)
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
  void asked.ask(other)
  puts[0]?.answer('old')
  await old
  void asked.ask(other)
  t.equal(puts.length, 2)
})

await t.test('an answer that does not come for a minute is lost, and the question put anew', async (t) => {
  const clock = new ManualClock()
  const { puts, question: asked } = question(clock)
  void asked.ask(client)
  await clock.pass(60_000)
  void asked.ask(client)
  t.equal(puts.length, 1, 'not before')
  await clock.pass(1)
  void asked.ask(client)
  t.equal(puts.length, 2)
})
