import t from 'tap'
import { healthTypeFor, mediaTypeFor } from '../../lib/routes/media-type.js'
import { startApp } from '../support/app.js'

const V3 = 'application/vnd.spring-boot.actuator.v3+json'
const V2 = 'application/vnd.spring-boot.actuator.v2+json'
const JSON_TYPE = 'application/json; charset=utf-8'

await t.test('mediaTypeFor() returns JSON when the header names no Actuator type', (t) => {
  for (const accept of [
    undefined, '', '*/*', 'application/*', 'application/json', 'text/html',
    'application/vnd.spring-boot.actuator.v1+json', 'x-actuator', ',;,q=', `${V3}.1`, `${V3};q=0`
  ]) {
    t.equal(mediaTypeFor(accept), JSON_TYPE, accept ?? 'none')
  }
  t.end()
})

await t.test('mediaTypeFor() returns the Actuator type with the highest quality, or the newer type', (t) => {
  const cases: readonly [string, string][] = [
    [V3, V3],
    [V2, V2],
    [V3.toUpperCase(), V3],
    [`${V2}, ${V3}, application/json`, V3],
    [`application/json, ${V2}`, V2],
    [`${V2};q=0.9, ${V3};q=0.5`, V2],
    [`${V3};charset=utf-8`, V3],
    [`${V3};q=high`, V3],
    [`*/*;q=0.8,${V2} ; q=0.1`, V2],
    [`${V3};q=0, ${V2}`, V2]
  ]
  for (const [accept, expected] of cases) t.equal(mediaTypeFor(accept), expected, accept)
  t.end()
})

await t.test('healthTypeFor() returns application/health+json when the header prefers it', (t) => {
  const draft = 'application/health+json'
  const cases: readonly [string | undefined, string][] = [
    [undefined, JSON_TYPE],
    ['*/*', JSON_TYPE],
    ['application/json', JSON_TYPE],
    ['application/healthy+json', JSON_TYPE],
    [draft, draft],
    ['Application/Health+JSON; charset=utf-8', draft],
    [`${draft}, application/json;q=0.9, */*;q=0.8`, draft],
    [`application/json, ${draft}`, draft],
    [`application/json, ${draft};q=0.5`, JSON_TYPE],
    [`${draft};q=0`, JSON_TYPE],
    [`${draft}, ${V3};q=0.5`, draft],
    [`${draft}, ${V3}`, V3],
    [V2, V2]
  ]
  for (const [accept, expected] of cases) t.equal(healthTypeFor(accept), expected, accept ?? 'none')
  t.end()
})

await t.test('version 3 has the same body with its own content type, and groups in /health', async (t) => {
  const { get } = await startApp(t, { checks: { health: { db: () => true } } })
  for (const path of ['/z', '/z/health/liveness', '/z/health/readiness?verbose', '/z/health/db']) {
    const answer = await get(path, { accept: V3 })
    t.equal(answer.headers['content-type'], V3)
    t.equal(answer.text, (await get(path)).text)
  }
  t.same((await get('/z/health', { accept: V3 })).body, {
    ...(await get('/z/health')).body as object,
    groups: ['liveness', 'readiness', 'startup']
  })
  t.equal((await get('/z/info', { accept: V3 })).headers['content-type'], V3)
  t.equal((await get('/z/version', { accept: V3 })).headers['content-type'], 'text/plain; charset=utf-8')
  t.equal((await get('/z/health/nobody', { accept: V3 })).headers['content-type'], JSON_TYPE)
})
