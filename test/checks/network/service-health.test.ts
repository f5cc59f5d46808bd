import t from 'tap'
import { actuatorHealth, anyHealth } from '../../../lib/checks/network/service-health.js'
import type { HealthReader } from '../../../lib/checks/network/service-health.js'

const url = new URL('http://partner/ready')

function read (reader: HealthReader, statusCode: number, text: string): readonly [unknown, unknown] {
  const { status, details } = reader(url, { statusCode, text }) as { status: string, details: { error?: string } }
  return [status, details.error?.replace(`GET ${url.href} `, '')]
}

await t.test('a service of another make is UP if it answers 200 to 299 without a status', (t) => {
  const bodies = [
    '', ' ', 'ok', 'Healthy', '<html></html>', '[]', '"DOWN"', 'null', '7', '{}', '{"status":null}', '{"state":"x"}'
  ]
  for (const text of bodies) t.same(read(anyHealth, 200, text), ['UP', undefined], text)
  for (const statusCode of [200, 201, 204, 299]) t.same(read(anyHealth, statusCode, ''), ['UP', undefined])
  t.end()
})

await t.test('a service of another make is DOWN if it answers with another status code', (t) => {
  for (const statusCode of [304, 400, 401, 404, 500, 503]) {
    const reason = `answered ${statusCode}, expected 200 to 299`
    t.same(read(anyHealth, statusCode, '{"status":"UP"}'), ['DOWN', reason])
  }
  t.end()
})

await t.test('the status in the body of a service of another make decides', (t) => {
  const cases: readonly (readonly [string, string, string?])[] = [
    ['"UP"', 'UP'], ['"up"', 'UP'], ['"ok"', 'UP'], ['"OK"', 'UP'], ['"pass"', 'UP'], ['"Healthy"', 'UP'],
    ['true', 'UP'], ['200', 'UP'],
    ['"DEGRADED"', 'DEGRADED'], ['"Degraded"', 'DEGRADED'], ['"warn"', 'DEGRADED'],
    ['"DOWN"', 'DOWN', 'answered 200 with status "DOWN"'],
    ['"OUT_OF_SERVICE"', 'DOWN', 'answered 200 with status "OUT_OF_SERVICE"'],
    ['"fail"', 'DOWN', 'answered 200 with status "fail"'],
    ['"error"', 'DOWN', 'answered 200 with status "error"'],
    ['"toString"', 'DOWN', 'answered 200 with status "toString"'],
    ['""', 'DOWN', 'answered 200 with status ""'],
    ['false', 'DOWN', 'answered 200 with a status that is the boolean false'],
    ['500', 'DOWN', 'answered 200 with a status that is the number 500'],
    ['{"toString":1}', 'DOWN', 'answered 200 with a status that is an object'],
    ['[]', 'DOWN', 'answered 200 with a status that is an array of 0']
  ]
  for (const [status, expected, reason] of cases) {
    t.same(read(anyHealth, 200, `{"status":${status}}`), [expected, reason], status)
  }
  t.end()
})

await t.test('details and components of a service of another make are shown', (t) => {
  const text = '{"status":"pass","details":{"region":"eu"},"components":{"db":{"status":"UP"}}}'
  t.same(JSON.parse(JSON.stringify(anyHealth(url, { statusCode: 200, text }))), {
    status: 'UP',
    details: { region: 'eu', url: url.href, statusCode: 200 },
    components: { db: { status: 'UP' } }
  })
  t.end()
})

await t.test('our own details replace the details of a service, and stay visible beside very many of them', (t) => {
  const many = Object.fromEntries(Array.from({ length: 500 }, (_, at) => [`k${at}`, at]))
  const text = JSON.stringify({ status: 'DOWN', details: { url: 'theirs', error: 'theirs', ...many } })
  const result: unknown = JSON.parse(JSON.stringify(actuatorHealth(url, { statusCode: 503, text })))
  const { details } = result as { readonly details: Record<string, unknown> }
  const error = `GET ${url.href} answered 503 with status "DOWN"`
  t.match(details, { url: url.href, statusCode: 503, error, k0: 0, '…': '412 more' })
  t.ok(Object.keys(details).length < 100)
  t.end()
})

await t.test('the reason of a service is read without its other details', (t) => {
  const text = JSON.stringify({ status: 'DEGRADED', details: { a: 1, error: 'slow disk' } })
  t.same(read(actuatorHealth, 200, text), ['DEGRADED', 'slow disk'])
  t.end()
})

await t.test('hostile JSON is DOWN with a reason, or read like any other', (t) => {
  const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`
  const cases: readonly (readonly [string, unknown, unknown])[] = [
    ['['.repeat(1024 * 1024), 'DOWN', 'answered 200 with no JSON object'],
    ['{"status":NaN}', 'DOWN', 'answered 200 with no JSON object'],
    ['{"status":"UP"', 'DOWN', 'answered 200 with no JSON object'],
    [`{"status":"UP","details":${deep}}`, 'UP', undefined],
    [`{"status":"UP","details":{"deep":${deep}},"components":${deep}}`, 'UP', undefined],
    [`{"status":${deep}}`, 'DOWN', 'answered 200 with no status'],
    ['{"status":"UP","status":"DOWN"}', 'DOWN', 'answered 200 with status "DOWN"'],
    ['{"__proto__":{"status":"UP"}}', 'DOWN', 'answered 200 with no status'],
    ['{"status":"UP","details":{"__proto__":{"x":1}}}', 'UP', undefined]
  ]
  for (const [text, status, reason] of cases) {
    t.same(read(actuatorHealth, 200, text), [status, reason], text.slice(0, 60))
  }
  t.end()
})
