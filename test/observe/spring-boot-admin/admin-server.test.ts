import { Readable } from 'node:stream'
import t from 'tap'
import type { HttpRequest } from '../../../lib/checks/network/http-request.js'
import { AdminServer } from '../../../lib/observe/spring-boot-admin/admin-server.js'
import type { HttpAnswer } from '../../../lib/probe/http-exchange.js'
import { ManualClock } from '../../support/clock.js'
import { RecordingLog } from '../../support/log.js'

const URL_OF_SERVER = 'http://admin:8080/base/instances?token=hunter2'
const ID = '0c7d24c0632b'

type Answer = () => HttpAnswer | Promise<HttpAnswer>

/** Counts the pauses between requests. */
class CountingClock extends ManualClock {
  pauses = 0

  override inBackground (delayMs: number, callback: () => void): () => void {
    if (delayMs === 10_000) this.pauses += 1
    return super.inBackground(delayMs, callback)
  }
}

/** A client of one server, whose answers the test decides. */
class Bench {
  readonly clock = new CountingClock()
  readonly log = new RecordingLog()
  readonly requests: HttpRequest[] = []
  answer: Answer = accepted
  readonly server = new AdminServer(
    { url: new URL(URL_OF_SERVER), headers: { authorization: 'Basic aHVudGVyMg==' } },
    {
      log: this.log,
      clock: this.clock,
      interval: 10_000,
      timeout: 5_000,
      send: async (request) => {
        this.requests.push(request)
        return await this.answer()
      }
    }
  )

  get lines (): readonly unknown[] {
    return this.log.lines.map(({ level, message }) => `${level}: ${String(message)}`)
  }

  get methods (): readonly string[] {
    return this.requests.map(({ method }) => method)
  }

  /** Starts the client, and waits for the end of its first request. */
  async start (): Promise<this> {
    this.server.start('{}')
    await this.isPausing()
    return this
  }

  /** Lets the time to the next request pass, and waits for its end. */
  async next (): Promise<void> {
    await this.clock.pass(10_000)
    await this.isPausing()
  }

  /** Waits until the client pauses after each of its requests. */
  async isPausing (): Promise<void> {
    do await new Promise((resolve) => setImmediate(resolve)); while (this.clock.pauses < this.requests.length)
  }
}

function answering (statusCode: number, text = ''): HttpAnswer {
  return { statusCode, headers: {}, body: Readable.from([Buffer.from(text)]), bytesReceived: () => 0 }
}

function accepted (): HttpAnswer {
  return answering(201, `{"id":"${ID}"}`)
}

async function never (): Promise<HttpAnswer> {
  return await new Promise<HttpAnswer>(() => undefined)
}

await t.test('a client posts the registration as JSON, with the credentials of the server', async (t) => {
  const { requests: [request] } = await new Bench().start()
  t.match(request, {
    method: 'POST',
    body: '{}',
    publicHeaders: { 'content-type': 'application/json', accept: 'application/json' },
    headers: { authorization: 'Basic aHVudGVyMg==' }
  })
  t.equal(request?.url.href, URL_OF_SERVER)
})

await t.test('a client registers again after each interval, and logs only the first registration', async (t) => {
  const bench = await new Bench().start()
  await bench.next()
  await bench.next()
  t.same(bench.methods, ['POST', 'POST', 'POST'])
  t.same(bench.lines, ['info: registered with Spring Boot Admin at http://admin:8080/base'])
})

await t.test('a client sends no request while another one waits for its answer', async (t) => {
  const bench = new Bench()
  bench.answer = never
  bench.server.start('{}')
  await bench.clock.pass(4_999)
  t.equal(bench.requests.length, 1)
  await bench.clock.pass(10_000)
  t.equal(bench.requests.length, 1, 'the pause begins after the timeout')
  await bench.clock.pass(1)
  t.equal(bench.requests.length, 2)
})

await t.test('a client ends a request without an answer after the timeout', async (t) => {
  const bench = new Bench()
  bench.answer = never
  bench.server.start('{}')
  await bench.clock.pass(5_000)
  t.ok(bench.requests[0]?.signal.aborted)
  t.same(bench.lines, [
    'warn: cannot register with Spring Boot Admin at http://admin:8080/base: no answer within 5000 ms; ' +
    'trying again every 10000 ms'
  ])
})

await t.test('a client logs an unavailable server once, and once when it is available again', async (t) => {
  const bench = await new Bench().start()
  for (const status of [500, 502, 201, 201, 500]) {
    bench.answer = () => status === 201 ? accepted() : answering(status)
    await bench.next()
  }
  t.same(bench.lines, [
    'info: registered with Spring Boot Admin at http://admin:8080/base',
    'warn: cannot register with Spring Boot Admin at http://admin:8080/base: answered 500; trying again every 10000 ms',
    'info: registered with Spring Boot Admin at http://admin:8080/base',
    'warn: cannot register with Spring Boot Admin at http://admin:8080/base: answered 500; trying again every 10000 ms'
  ])
})

const NO_ID = 'answered 201 without an id, so it is no Spring Boot Admin server'

/** Answers that are no success, and the reason in the log. */
const FAILURES: readonly (readonly [name: string, answer: Answer, reason: string])[] = [
  ['401', () => answering(401), 'answered 401, so check the user name and the password'],
  ['403', () => answering(403), 'answered 403, so check the login, and CSRF protection at the server'],
  ['404', () => answering(404), 'answered 404, so check the path of "url": it ends before "/instances"'],
  ['302', () => answering(302), 'answered 302, a redirect, so set "url" to the address that it leads to'],
  ['an empty body', () => answering(201), NO_ID],
  ['garbage', () => answering(201, '<html>'), NO_ID],
  ['an array', () => answering(201, '[]'), NO_ID],
  ['an id that is empty', () => answering(201, '{"id":""}'), NO_ID],
  ['an id that is a number', () => answering(201, '{"id":5}'), NO_ID],
  ['an id that is very long', () => answering(201, `{"id":"${'x'.repeat(201)}"}`), NO_ID],
  ['a huge body', () => answering(201, ' '.repeat(2 ** 21)), 'answered 201, but its body is larger than 1 MiB'],
  ['a connection error', () => { throw new Error('connect ECONNREFUSED') }, 'connect ECONNREFUSED']
]

for (const [name, answer, reason] of FAILURES) {
  await t.test(`a client tries again later when the server answers with ${name}`, async (t) => {
    const bench = new Bench()
    bench.answer = answer
    await bench.start()
    t.match(bench.lines[0], `: ${reason}; trying again every 10000 ms`)
    bench.answer = accepted
    await bench.next()
    t.match(bench.lines[1], 'info: registered')
  })
}

await t.test('a client that stops removes the app from the server once', async (t) => {
  const bench = await new Bench().start()
  bench.answer = () => answering(204)
  await bench.server.stop()
  await bench.server.stop()
  bench.server.start('{}')
  await bench.clock.pass(60_000)
  t.same(bench.methods, ['POST', 'DELETE'])
  t.equal(bench.requests[1]?.url.href, `http://admin:8080/base/instances/${ID}?token=hunter2`)
  t.equal(bench.clock.waiting, 0, 'no timer is left')
  t.equal(bench.lines.length, 1)
})

await t.test('a client escapes the id of the server', async (t) => {
  const bench = new Bench()
  bench.answer = () => answering(201, '{"id":"a/b?c"}')
  await bench.start()
  await bench.server.stop()
  t.equal(bench.requests[1]?.url.pathname, '/base/instances/a%2Fb%3Fc')
})

await t.test('a client that stops removes nothing when no registration has succeeded', async (t) => {
  const bench = new Bench()
  bench.answer = () => answering(500)
  await bench.start()
  await bench.server.stop()
  t.same(bench.methods, ['POST'])
})

await t.test('a client that stops during a registration removes the app after the answer', async (t) => {
  const bench = new Bench()
  let answer = (_: HttpAnswer): void => undefined
  bench.answer = async () => await new Promise((resolve) => { answer = resolve })
  bench.server.start('{}')
  const stopped = bench.server.stop()
  bench.answer = () => answering(204)
  answer(accepted())
  await stopped
  t.same(bench.methods, ['POST', 'DELETE'])
  t.equal(bench.clock.waiting, 0)
})

await t.test('a client that stops waits one second for a registration that hangs, and ends it', async (t) => {
  const bench = new Bench()
  bench.answer = never
  bench.server.start('{}')
  const stopped = bench.server.stop()
  await bench.clock.pass(1_000)
  await stopped
  t.same(bench.methods, ['POST'])
  t.ok(bench.requests[0]?.signal.aborted)
  await bench.clock.pass(60_000)
  t.equal(bench.lines.length, 1)
  t.equal(bench.clock.waiting, 0)
})

await t.test('a client that stops waits one second for a deregistration that hangs, and logs it', async (t) => {
  const bench = await new Bench().start()
  bench.answer = never
  const stopped = bench.server.stop()
  await bench.clock.pass(1_000)
  await stopped
  t.ok(bench.requests[1]?.signal.aborted)
  t.equal(bench.lines[1], 'warn: cannot deregister from Spring Boot Admin at http://admin:8080/base: ' +
    'no answer within 1000 ms')
})

await t.test('a client that stops logs a refusal, but not a server that does not know the app', async (t) => {
  const messages = await Promise.all([500, 404].map(async (status) => {
    const bench = await new Bench().start()
    bench.answer = () => answering(status)
    await bench.server.stop()
    return bench.lines.slice(1)
  }))
  t.match(messages, [[/: answered 500$/], []])
})

await t.test('the timers of a client do not keep the process alive', async (t) => {
  const bench = new Bench()
  bench.answer = never
  bench.server.start('{}')
  t.equal(bench.clock.waiting, 1)
  t.equal(bench.clock.keepingAlive, 0)
  await bench.clock.pass(5_000)
  t.equal(bench.clock.waiting, 1)
  t.equal(bench.clock.keepingAlive, 0)
})

await t.test('a client logs neither the credentials nor the query of its server', async (t) => {
  const bench = await new Bench().start()
  bench.answer = () => answering(500)
  await bench.next()
  await bench.server.stop()
  t.equal(bench.lines.length, 3)
  t.notMatch(JSON.stringify(bench.log.lines), /hunter2|aHVudGVyMg/)
})
