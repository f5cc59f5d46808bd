import compress from '@fastify/compress'
import type { FastifyInstance } from 'fastify'
import { request } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { buffer, text } from 'node:stream/consumers'
import { gunzipSync } from 'node:zlib'
import t from 'tap'
import { portOf } from '../support/app.js'
import { answersOf, livesIn, ownRoutes, QUESTIONS, receive, start } from '../support/host.js'
import type { Received, Sent } from '../support/host.js'

/** However short, an answer is compressed, by streams or at once. */
const WAYS = { 'by streams': 0, 'at once': 100_000 }

/** Asks for gzip, and reads it. */
async function gzip (app: FastifyInstance, { headers, ...sent }: Sent): Promise<Received> {
  const asking = { ...sent, headers: { ...headers, 'accept-encoding': 'gzip' } }
  return await receive(request, { host: '127.0.0.1', port: portOf(app.server) }, asking, unzipped)
}

async function unzipped (response: IncomingMessage): Promise<string> {
  return response.headers['content-encoding'] === 'gzip' ? gunzipSync(await buffer(response)).toString() : await text(response)
}

/** An answer without the headers that compression changes. */
function withoutEncoding ({ headers, ...received }: Received): unknown {
  const { 'content-length': _length, 'transfer-encoding': _chunked, 'content-encoding': _encoding, vary: _vary, ...rest } = headers
  return { ...received, headers: rest }
}

for (const [way, syncThreshold] of Object.entries(WAYS)) {
  const host = {
    setUp: async (app: FastifyInstance) => {
      await app.register(compress, { threshold: 0, syncThreshold })
      ownRoutes(app)
    }
  }

  await livesIn(`an app that compresses ${way}, for who does not ask for it`, host)

  await t.test(`compressed ${way}, an answer says the same`, async (t) => {
    const app = await start(host, 'last', t)
    const questions = QUESTIONS.filter(({ method }) => method === 'GET')
    const plain = await answersOf(app, questions)
    const compressed = await answersOf(app, questions, gzip)
    t.same(compressed.map(withoutEncoding), plain.map(withoutEncoding))
    t.same(compressed.map(({ headers }) => [headers['content-encoding'], headers['vary']]), questions.map(() => ['gzip', 'accept-encoding']))
  })

  await t.test(`compressed ${way}, a HEAD is answered as ever: there is nothing to compress`, async (t) => {
    const app = await start(host, 'last', t)
    const questions = QUESTIONS.filter(({ method }) => method === 'HEAD')
    t.same(await answersOf(app, questions, gzip), await answersOf(app, questions))
  })
}
