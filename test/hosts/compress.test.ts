import compress from '@fastify/compress'
import type { FastifyInstance } from 'fastify'
import { request } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { buffer, text } from 'node:stream/consumers'
import { gunzipSync } from 'node:zlib'
import t from 'tap'
import { portOf } from '../support/app.js'
import { sendAll, testHost, ownRoutes, REQUESTS, sendWith, start } from '../support/host.js'
import type { ReceivedAnswer, SentRequest } from '../support/host.js'

/** The option `syncThreshold` for each way to compress. */
const WAYS = { 'with streams': 0, synchronously: 100_000 }

/** Requests gzip, and decompresses the answer. */
async function gzip (app: FastifyInstance, { headers, ...sent }: SentRequest): Promise<ReceivedAnswer> {
  const withGzip = { ...sent, headers: { ...headers, 'accept-encoding': 'gzip' } }
  return await sendWith(request, { host: '127.0.0.1', port: portOf(app.server) }, withGzip, unzipped)
}

async function unzipped (response: IncomingMessage): Promise<string> {
  return response.headers['content-encoding'] === 'gzip'
    ? gunzipSync(await buffer(response)).toString()
    : await text(response)
}

/** Removes the headers that compression changes. */
function withoutEncoding ({ headers, ...received }: ReceivedAnswer): unknown {
  const {
    'content-length': _length,
    'transfer-encoding': _chunked,
    'content-encoding': _encoding,
    vary: _vary,
    ...rest
  } = headers
  return { ...received, headers: rest }
}

for (const [way, syncThreshold] of Object.entries(WAYS)) {
  const host = {
    setUp: async (app: FastifyInstance) => {
      await app.register(compress, { threshold: 0, syncThreshold })
      ownRoutes(app)
    }
  }

  await testHost(`an app that compresses ${way}, for clients without gzip`, host)

  await t.test(`answers that are compressed ${way} have the same content`, async (t) => {
    const app = await start(host, 'last', t)
    const requests = REQUESTS.filter(({ method }) => method === 'GET')
    const plain = await sendAll(app, requests)
    const compressed = await sendAll(app, requests, gzip)
    t.same(compressed.map(withoutEncoding), plain.map(withoutEncoding))
    t.same(
      compressed.map(({ headers }) => [headers['content-encoding'], headers['vary']]),
      requests.map(() => ['gzip', 'accept-encoding'])
    )
  })

  await t.test(`HEAD answers are unchanged when the app compresses ${way}`, async (t) => {
    const app = await start(host, 'last', t)
    const requests = REQUESTS.filter(({ method }) => method === 'HEAD')
    t.same(await sendAll(app, requests, gzip), await sendAll(app, requests))
  })
}
