import { request } from 'node:http'
import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http'
import { text } from 'node:stream/consumers'
import fc from 'fast-check'
import t from 'tap'
import { startApp } from '../support/app.js'

interface Received {
  readonly status: number | undefined
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

async function send (origin: string, method: string, path: string, headers: OutgoingHttpHeaders): Promise<Received> {
  return await new Promise((resolve, reject) => {
    request(origin, { method, path, headers, agent: false }, (response) => {
      text(response).then((body) => resolve({ status: response.statusCode, headers: response.headers, body }), reject)
    }).on('error', reject).end()
  })
}

/** What may stand in a request line and in a header, and a little more of what is likely to hurt. */
const urlText = fc.stringMatching(/^[\x21-\x7e]{0,40}$/)
const segment = fc.oneof(fc.constantFrom('health', 'liveness', 'db', 'broken', 'info', 'version', '..', '.', '', '%', '%00', '%2e%2e', '%ff', '__proto__', 'constructor', '*', ':name', '%7Bname%7D', 'x'.repeat(200)), urlText)
const path = fc.array(segment, { maxLength: 4 }).map((segments) => `/z/${segments.join('/')}`)
const query = fc.oneof(fc.constantFrom('', '?verbose', '?verbose=false', '?exclude=db', '?exclude=db&exclude=broken&verbose', '?exclude[]=db', '?%', '?__proto__=1'), urlText.map((value) => `?${value}`), urlText.map((value) => `?exclude=${value}&verbose`))
const headerText = fc.stringMatching(/^[\x20-\x7e\x80-\xff]{0,60}$/)
const accept = fc.oneof(fc.constantFrom('*/*', 'application/vnd.spring-boot.actuator.v2+json', 'application/vnd.spring-boot.actuator.v3+json;q=', ',,;;q=,'), headerText)

await t.test('no path, query or header gets a 500, and what reaches an endpoint is well-formed and not to be stored', async (t) => {
  const { url } = await startApp(t, {
    checks: { readiness: { db: () => true, broken: () => { throw new Error('postgres://u:hunter2@h is away') } } },
    serviceDependencies: { away: '127.0.0.1:9' }
  })
  let reached = 0
  await fc.assert(fc.asyncProperty(fc.constantFrom('GET', 'HEAD'), path, query, accept, headerText, async (method, path, query, accept, other) => {
    const { status = 0, headers, body } = await send(url, method, path.replace(/[?#]/g, '') + query.replace(/#/g, ''), { accept, 'management-hop': other, 'x-forwarded-host': other, host: other || 'h' })
    if (status >= 500 && status !== 503) throw new Error(`${status} ${body}`)
    if (body.includes('hunter2')) throw new Error('a secret')
    if (headers.pragma === undefined) return
    reached += 1
    if (headers['cache-control']?.includes('no-store') !== true) throw new Error('it may be stored')
    if (method === 'GET' && headers['content-type']?.includes('json') === true) JSON.parse(body)
  }), { numRuns: 1_000 })
  t.ok(reached > 100, `${reached} reached an endpoint`)
})
