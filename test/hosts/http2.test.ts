import { connect } from 'node:http2'
import type { ClientHttp2Session } from 'node:http2'
import { text } from 'node:stream/consumers'
import Fastify from 'fastify'
import type { FastifyInstance } from 'fastify'
import t from 'tap'
import { portOf } from '../support/app.js'
import { CERTIFICATE } from '../support/certificate.js'
import { asOverHttp, testHost, HOST_NAME, ownRoutes, start, withoutConnectionHeaders } from '../support/host.js'
import type { Client, Host, ReceivedAnswer, SentRequest } from '../support/host.js'

/** Sends over HTTP/2, which has no status messages. */
async function send (
  session: ClientHttp2Session,
  { method, path, headers, body }: SentRequest
): Promise<ReceivedAnswer> {
  const stream = session.request({ ':method': method, ':path': path, ':authority': HOST_NAME, ...headers }).end(body)
  const answered = new Promise<Record<string, string>>((resolve, reject) => {
    stream.once('error', reject)
    stream.once('response', (headers) =>
      resolve(Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)])))
    )
  })
  const { ':status': status, ...rest } = await answered
  return { status: Number(status), headers: withoutConnectionHeaders(rest), body: await text(stream) }
}

const over = (scheme: 'http' | 'https'): Client => async (app, sent) => {
  const session = connect(`${scheme}://127.0.0.1:${portOf(app.server)}`, { rejectUnauthorized: false })
  try {
    const received = await send(session, sent)
    return scheme === 'https' ? asOverHttp(sent, received) : received
  } finally {
    session.close()
  }
}

const clear: Host = {
  fastify: () => Fastify({ http2: true }) as unknown as FastifyInstance,
  setUp: ownRoutes,
  client: over('http')
}
const secure: Host = {
  fastify: () => Fastify({ http2: true, https: { ...CERTIFICATE, allowHTTP1: true } }) as unknown as FastifyInstance,
  setUp: ownRoutes,
  client: over('https')
}

await testHost('an app that speaks HTTP/2', clear)
await testHost('an app that speaks HTTP/2 over TLS', secure)

await t.test('auth and showDetails work over HTTP/2', async (t) => {
  const app = await start({
    ...secure,
    options: () => ({
      auth: [
        async (request, reply) => {
          if (request.headers.authorization === undefined) await reply.code(401).send({ no: true })
        },
        async (request) => {
          if (request.headers.authorization === 'broken') await Promise.reject(new Error('broken'))
        }
      ],
      showDetails: ({ headers }) => headers.authorization === 'operator'
    })
  }, 'last', t)
  const get = async (path: string, authorization?: string): Promise<ReceivedAnswer> =>
    await over('https')(app, { method: 'GET', path, headers: authorization === undefined ? {} : { authorization } })
  t.match(await get('/z/health/mail'), { status: 401, body: '{"no":true}', headers: { 'cache-control': /no-store/ } })
  t.match(await get('/z/health/mail', 'broken'), { status: 403 })
  t.match(await get('/z/health/mail', 'anybody'), { status: 503, body: '{"status":"DOWN"}' })
  t.match(await get('/z/health/mail', 'operator'), { status: 503, body: /"error":/ })
  t.match(await get('/z/health/liveness'), { status: 200 })
})

await t.test('one HTTP/2 session answers many concurrent probes', async (t) => {
  const app = await start(clear, 'first', t)
  const session = connect(`http://127.0.0.1:${portOf(app.server)}`)
  const answers = await Promise.all(
    Array.from({ length: 100 }, async () => await send(session, { method: 'GET', path: '/z/health/liveness' }))
  )
  session.close()
  t.same(new Set(answers.map(({ status, body }) => `${status} ${body}`)), new Set(['200 {"status":"UP"}']))
})

await t.test('no check runs when an HTTP/2 client leaves during an auth hook', async (t) => {
  let signalHookCall: () => void = () => undefined
  let runs = 0
  const app = await start({
    ...clear,
    options: () => ({
      auth: (_request, reply, done) => {
        reply.raw.once('close', () => setImmediate(() => done(Object.assign(new Error('no'), { statusCode: 401 }))))
        signalHookCall()
      },
      checks: { health: { db: () => { runs += 1 } } },
      info: () => { runs += 1; return {} }
    })
  }, 'last', t)
  const session = connect(`http://127.0.0.1:${portOf(app.server)}`)
  for (const path of ['/z/health', '/z/info', '/z/health/db']) {
    const hookCalled = new Promise<void>((resolve) => { signalHookCall = resolve })
    const stream = session.request({ ':path': path }).on('error', () => undefined)
    await hookCalled
    const closed = new Promise((resolve) => stream.once('close', resolve))
    stream.close(8)
    await closed
  }
  t.match(await send(session, { method: 'GET', path: '/z/health/liveness' }), { status: 200 })
  session.close()
  t.equal(runs, 0)
})
