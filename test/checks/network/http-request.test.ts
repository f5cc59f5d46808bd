import { createServer } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import t from 'tap'
import { sendRequest } from '../../../lib/checks/network/http-request.js'
import { secureContext } from '../../../lib/checks/network/tls-options.js'
import { CHAIN } from '../../support/certificate.js'
import { listen } from '../../support/loopback.js'

await t.test('sendRequest() does not return from https to http after a redirect from http to https', async (t) => {
  const requested: unknown[] = []
  const port = await listen(t, createServer((request, response) => {
    requested.push(request.url)
    response.writeHead(302, { location: `https://localhost:${securePort}/secure` }).end()
  }))
  const securePort = await listen(t, createHttpsServer(
    { key: CHAIN.key, cert: `${CHAIN.leaf}\n${CHAIN.intermediate}` },
    (request, response) => {
      requested.push(request.url)
      response.writeHead(302, { location: `http://localhost:${port}/plain` }).end()
    }
  ))
  const context = secureContext({ ca: [CHAIN.root], cert: undefined, key: undefined })
  await t.rejects(sendRequest({
    url: new URL(`http://localhost:${port}/start`),
    method: 'GET',
    publicHeaders: {},
    headers: {},
    tls: { own: context, other: context },
    signal: new AbortController().signal
  }), { message: 'redirected from https to http, which is not encrypted' })
  t.same(requested, ['/start', '/secure'])
})

await t.test('sendRequest() closes the connection of an answer that it does not return', async (t) => {
  for (const location of ['//elsewhere.invalid/', 'http://', 'ftp://127.0.0.1/', '/end']) {
    let closed: Promise<void> | undefined
    const port = await listen(t, createServer((request, response) => {
      if (request.url === '/end') { response.end(); return }
      closed = new Promise((resolve) => request.socket.once('close', () => resolve()))
      response.writeHead(302, { location }).write('without end')
    }))
    const request = {
      url: new URL(`http://127.0.0.1:${port}/`),
      method: 'GET',
      publicHeaders: {},
      headers: {},
      signal: new AbortController().signal
    } as const
    await sendRequest(request).then(({ body }) => body.destroy(), () => undefined)
    await closed
  }
  t.end()
})
