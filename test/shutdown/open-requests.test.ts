import { once } from 'node:events'
import { createServer } from 'node:http'
import t from 'tap'
import { describeWait, OpenRequests } from '../../lib/shutdown/open-requests.js'
import { ManualClock } from '../support/clock.js'
import { listen } from '../support/loopback.js'
import { openRaw } from '../support/raw-socket.js'

await t.test('list() has no request that is answered, and none of a closed connection', async (t) => {
  const server = createServer(({ url }, response) => { if (url === '/answered') response.end('ok') })
  const requests = new OpenRequests(new ManualClock())
  requests.watch(server)
  const raw = await openRaw(t, await listen(t, server))
  raw.write('GET /answered HTTP/1.1\r\nHost: a\r\n\r\n')
  await raw.receives(/ok/)
  t.same(requests.list(), [])
  const requested = once(server, 'request')
  raw.write('GET /open?query HTTP/1.1\r\nHost: a\r\n\r\n')
  await requested
  t.same(requests.list(), [{ method: 'GET', path: '/open', ageMs: 0, isUpgraded: false }])
  raw.socket.destroy()
  while (requests.list().length > 0) await new Promise((resolve) => { setImmediate(resolve) })
})

await t.test('describeWait() names requests, else connections, else hooks', (t) => {
  const upgraded = { method: 'GET', path: '/chat', ageMs: 7, isUpgraded: true }
  t.same(describeWait([upgraded], 1), {
    text: 'the app waits for GET /chat (upgraded, open for 7 ms)',
    fields: { requests: [upgraded], openRequests: 1, openConnections: 1 }
  })
  t.equal(describeWait([], 2).text,
    'the app waits for 2 connections without an HTTP request, or for a preClose or onClose hook')
  t.equal(describeWait([], 0).text, 'the app waits for a preClose or onClose hook: no connection is open')
  t.end()
})
