import t from 'tap'
import { jsonDocument } from '../../lib/probe/json-document.js'

const url = new URL('http://user:secret@127.0.0.1:3000/z')
const time = new Date(0)

function documentOf (body: string): string {
  return jsonDocument({ url, time, durationMs: 1.6, result: { passed: true, statusCode: 200, body } })
}

await t.test('jsonDocument() redacts the password of the URL and secrets in the body', (t) => {
  t.same(JSON.parse(documentOf('{"status":"UP","details":{"error":"password=hidden"}}')), {
    time: '1970-01-01T00:00:00.000Z',
    url: 'http://[REDACTED]@127.0.0.1:3000/z',
    passed: true,
    status: 'UP',
    code: 200,
    durationMs: 2,
    body: { status: 'UP', details: { error: 'password=[REDACTED]' } }
  })
  t.match(JSON.parse(documentOf('password=hidden')), { body: 'password=[REDACTED]' })
  t.end()
})

await t.test('jsonDocument() has only printable ASCII characters', (t) => {
  const text = documentOf(JSON.stringify({ 'a\u009b2J': '\u001b[2J\u202e\u2028 grün 😀\u007f' }))
  t.match(text, /^[ -~]+$/)
  t.match(JSON.parse(text), { body: { 'a\u009b2J': '\u001b[2J\u202e\u2028 grün 😀\u007f' } })
  t.end()
})

await t.test('jsonDocument() writes a body that is nested too deep as a text', (t) => {
  const deep = '['.repeat(100_000) + ']'.repeat(100_000)
  t.match(JSON.parse(documentOf(deep)), { body: deep })
  t.end()
})
