import { once } from 'node:events'
import { createServer } from 'node:http'
import { connect } from 'node:net'
import t from 'tap'
import type { Test } from 'tap'
import type { ManagementOptions } from '../../../lib/index.js'
import { portOf } from '../../support/app.js'
import { everydayOptions } from '../../support/host.js'
import { createServers, separatePortOf, startServers } from '../../hosts/fixtures/two-servers.js'

const listen = { host: '127.0.0.1', port: 0, thread: true } as const

/** Sends a request as it is, and returns the whole answer without its date. */
async function exchange (port: number, head: string): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  socket.write(`${head}\r\nHost: h\r\nConnection: close\r\n\r\n`)
  let answer = ''
  socket.on('data', (chunk) => { answer += String(chunk) })
  await once(socket, 'close')
  return answer.replace(/^Date: .*$/m, 'Date: x').replace(/"(time|since)":"[^"]*"|"durationMs":[\d.]+/g, '')
}

const REQUESTS = [
  'GET /z/health/liveness HTTP/1.1', 'HEAD /z/health/liveness HTTP/1.1', 'GET /z/health/ping HTTP/1.1',
  'GET /z/health/readiness HTTP/1.1', 'GET /z/health/startup HTTP/1.0', 'GET /z/health/readiness?a=1 HTTP/1.1',
  'GET /z/health/readiness?exclude=db HTTP/1.1', 'GET /z/health/replication HTTP/1.1', 'GET /z/health HTTP/1.1',
  'GET /z/health/db HTTP/1.1', 'HEAD /z/health HTTP/1.1', 'GET /z HTTP/1.1', 'GET /z/version HTTP/1.1',
  'GET /z/health/nope HTTP/1.1', 'POST /z/health/liveness HTTP/1.1', 'GET /Z/HEALTH/LIVENESS HTTP/1.1',
  'GET /z/health/liveness/ HTTP/1.1', 'GET /z/health/%6Civeness HTTP/1.1', 'OPTIONS * HTTP/1.1', 'NONSENSE',
  'GET /z/health/liveness HTTP/1.1\r\nAccept: application/vnd.spring-boot.actuator.v3+json',
  'GET /z/health/liveness HTTP/1.1\r\nManagement-Hop: 1'
]

await t.test('the port with a thread answers the same bytes as the port without a thread', async (t) => {
  const answersOf = async (thread: boolean): Promise<readonly string[]> => {
    const { app } = await startServers(t, {
      ...everydayOptions(),
      version: '1',
      kinds: ['replication'] as never,
      checks: { readiness: { db: () => false }, liveness: { ok: () => true } },
      statusCodes: { DOWN: 500 },
      listen: { ...listen, thread }
    })
    const answers = []
    for (const request of REQUESTS) answers.push(await exchange(separatePortOf(app), request))
    return answers
  }
  t.same(await answersOf(true), await answersOf(false))
})

await t.test('the thread answers from the registration on, and readiness follows the app', async (t) => {
  const { app, getSeparate, lines } = await createServers(t, { listen })
  t.match(await getSeparate('/z/health/liveness'), { status: 200 })
  t.match(await getSeparate('/z/health/readiness'), { status: 503, text: '{"status":"OUT_OF_SERVICE"}' })
  await app.ready()
  t.match(await getSeparate('/z/health/readiness?verbose'), { status: 503, text: /the app does not listen yet|OUT_OF/ })
  await app.listen({ host: '127.0.0.1', port: 0 })
  t.match(await getSeparate('/z/health/readiness'), { status: 200 })
  t.match(await getSeparate('/z/health/readiness?verbose'), {
    body: { status: 'UP', components: {}, eventLoop: { blockedMs: Number } }
  })
  t.match(lines[0]?.message, /^the management endpoints listen at http:\/\/127\.0\.0\.1:[1-9]\d+$/)
  app.management.takeOutOfService('a test')
  t.match(await getSeparate('/z/health/readiness'), { status: 503 })
  app.management.markBroken('a test')
  t.match(await getSeparate('/z/health/liveness'), { status: 503, text: '{"status":"DOWN"}' })
})

await t.test('hooks see the address of the client, and auth, links and details work behind the thread', async (t) => {
  const { app, getSeparate } = await startServers(t, {
    listen,
    auth: async ({ headers, ip, protocol }) => await Promise.resolve(headers['x-pass'] === `${ip} ${protocol}`),
    showDetails: 'always',
    checks: { readiness: { db: () => { throw new Error('away') } } }
  })
  t.match(await getSeparate('/z/health'), { status: 403 })
  const headers = { 'x-pass': '127.0.0.1 http' }
  t.match(await getSeparate('/z/health', headers), { body: { components: { db: { details: { error: 'away' } } } } })
  const href = `http://127.0.0.1:${separatePortOf(app)}/z/health`
  t.match(await getSeparate('/z', headers), { body: { _links: { health: { href } } } })
})

await t.test('register() rejects when the port of the thread is taken', async (t) => {
  const other = createServer().listen(0, '127.0.0.1')
  await once(other, 'listening')
  t.teardown(() => other.close())
  const address = `127.0.0.1:${portOf(other)}`
  await t.rejects(createServers(t, { listen: { ...listen, port: portOf(other) } }), {
    code: 'FST_MANAGEMENT_LISTEN_FAILED',
    message: new RegExp(`^the management endpoints cannot listen on ${address}: listen EADDRINUSE: .* ${address}$`),
    cause: { code: 'EADDRINUSE' }
  })
})

await t.test('the thread answers while the app drains and closes, and ends with it', async (t) => {
  const { app, getSeparate } = await startServers(t, { listen })
  const answers: unknown[] = []
  const look = async (): Promise<void> => {
    for (const kind of ['liveness', 'readiness']) answers.push((await getSeparate(`/z/health/${kind}`)).text)
  }
  await app.management.drain(0)
  await look()
  const port = separatePortOf(app)
  await app.close()
  t.same(answers, ['{"status":"UP"}', '{"status":"OUT_OF_SERVICE"}'])
  t.same(app.management.addresses(), [])
  await t.rejects(exchange(port, 'GET / HTTP/1.1'))
})

async function rejects (t: Test, thread: unknown, message: RegExp): Promise<void> {
  const options = { listen: { ...listen, thread } } as ManagementOptions
  await t.rejects(createServers(t, options), { code: 'FST_MANAGEMENT_OPTION_INVALID', message })
}

await t.test('register() rejects when a threshold is invalid', async (t) => {
  await rejects(t, 'yes', /option "listen\.thread" must be true, false, or an object of thresholds, got the string "yes"/)
  await rejects(t, { maxBlocked: '30 s' }, /option "listen\.thread\.maxBlocked" must be a whole number of milliseconds/)
  await rejects(t, { maxBlocked: -1 }, /option "listen\.thread\.maxBlocked" must be a whole number of milliseconds from 1/)
  await rejects(t, { readinessBlocked: NaN }, /option "listen\.thread\.readinessBlocked" must be a whole number/)
  await rejects(t, { readinessBlocked: 40_000 },
    /option "listen\.thread\.readinessBlocked" must be at most listen\.thread\.maxBlocked \(30000\).*got the number 40000/)
  await rejects(t, { maxBlock: 1 }, /unknown option "listen\.thread\.maxBlock" \(did you mean "maxBlocked"\?\)/)
})
