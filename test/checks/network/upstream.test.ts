import { createServer } from 'node:http'
import type { IncomingMessage, RequestListener } from 'node:http'
import t from 'tap'
import { upstream } from '../../../lib/checks/network/upstream.js'
import { run } from '../../support/check.js'
import { listen, refusingPort } from '../../support/loopback.js'

async function startServer (test: Pick<typeof t, 'teardown'>, listener: RequestListener): Promise<string> {
  return `http://127.0.0.1:${await listen(test, createServer(listener))}`
}

await t.test('upstream() is UP with any answer but a server error, and follows no redirect', async (t) => {
  let statusCode = 0
  let requests = 0
  const url = await startServer(t, (_request, response) => {
    requests += 1
    response.writeHead(statusCode, { location: '/elsewhere' }).end()
  })
  for (statusCode of [200, 204, 301, 302, 304, 307, 308, 400, 401, 403, 404, 405, 429, 501]) {
    requests = 0
    t.match(await run(upstream(url)), { status: 'UP', details: { url: `${url}/`, statusCode, latencyMs: Number } })
    t.equal(requests, 1)
  }
  for (statusCode of [500, 502, 503, 504]) {
    const error = `answered ${statusCode}, expected no server error`
    t.match(await run(upstream(url)), { status: 'DOWN', details: { error, statusCode } })
  }
})

await t.test('upstream() sends HEAD without a body, or GET, with the headers of its options', async (t) => {
  const requests: IncomingMessage[] = []
  const url = await startServer(t, (request, response) => {
    requests.push(request)
    response.end()
  })
  await run(upstream(new URL('/shop', url)))
  await run(upstream(url, { method: 'GET', headers: { host: 'shop.example.com' } }))
  t.match(requests, [
    { method: 'HEAD', url: '/shop' },
    { method: 'GET', url: '/', headers: { host: 'shop.example.com' } }
  ])
})

await t.test('upstream() is DOWN with the reason when the target does not run or hangs', async (t) => {
  const port = await refusingPort()
  const error = `connect ECONNREFUSED 127.0.0.1:${port}`
  t.match(await run(upstream(`http://127.0.0.1:${port}`)), { status: 'DOWN', details: { error } })
  const hanging = await startServer(t, () => undefined)
  t.match(await run(upstream(hanging), 200), { status: 'DOWN', details: { error: 'no answer within 180 ms' } })
})

await t.test('upstream() throws when its URL or its options are invalid', (t) => {
  t.throws(() => upstream('unix:///run/shop.sock'), {
    code: 'FST_MANAGEMENT_OPTION_INVALID',
    message: /upstream\.url/
  })
  t.throws(() => upstream('http://shop', { header: {} } as never), {
    code: 'FST_MANAGEMENT_OPTION_INVALID',
    message: /upstream\(url\)\.header.*did you mean "headers"/
  })
  t.throws(() => upstream('http://shop', { tls: true as never }), { message: /upstream\.tls/ })
  t.end()
})
