import { runInNewContext } from 'node:vm'
import t from 'tap'
import { describe, reasonOf } from '../../lib/base/describe.js'

class Rows { readonly count = 0 }

await t.test('describe() names the type of a value, and shows short values', (t) => {
  const cases: readonly [unknown, string][] = [
    [undefined, 'undefined'],
    [null, 'null'],
    ['up', 'the string "up"'],
    ['a\n"b"', 'the string "a\\n\\"b\\""'],
    ['x'.repeat(100), `the string "${'x'.repeat(60)}…"`],
    [Number.NaN, 'the number NaN'],
    [-0, 'the number -0'],
    [10n, 'the bigint 10n'],
    [Symbol('s'), 'the symbol Symbol(s)'],
    [true, 'the boolean true'],
    [() => 1, 'a function'],
    [[1, 2], 'an array of 2'],
    [{}, 'an object'],
    [Object.create(null), 'an object'],
    [new Rows(), 'an object of class Rows'],
    [new Response(), 'an object of class Response']
  ]
  for (const [value, expected] of cases) t.equal(describe(value), expected)
  t.end()
})

await t.test('describe() and reasonOf() show control characters', (t) => {
  t.equal(describe('a\n\u001b\u007f\u009b\u202eb'), 'the string "a\\n\\u001b\\u{7f}\\u{9b}\\u{202e}b"')
  t.equal(describe(Symbol('\u009b')), 'the symbol Symbol(\\u{9b})')
  t.equal(reasonOf(new Error('a\u009b31m', { cause: '\u2028b' })), 'a\\u{9b}31m: \\u{2028}b')
  t.end()
})

await t.test('describe() does not throw if the object throws', (t) => {
  const hostile = new Proxy({}, { getPrototypeOf () { throw new Error('no') } })
  t.equal(describe(hostile), 'an object that cannot be read')
  t.end()
})

await t.test('reasonOf() returns the message of an error', (t) => {
  t.equal(reasonOf(new Error('no route to host')), 'no route to host')
  t.equal(reasonOf('plain words'), 'plain words')
  t.equal(reasonOf(new RangeError('')), 'RangeError')
  t.end()
})

await t.test('reasonOf() adds each cause once', (t) => {
  t.equal(reasonOf(new Error('request failed', { cause: new Error('ECONNRESET') })), 'request failed: ECONNRESET')
  t.equal(reasonOf(new Error('same', { cause: new Error('same') })), 'same')
  t.equal(reasonOf(new Error('no reason in a number', { cause: 42 })), 'no reason in a number')
  const messages = ['connect ECONNREFUSED ::1:80', 'connect ECONNREFUSED 127.0.0.1:80']
  const refused = messages.map((message) => new Error(message))
  t.equal(reasonOf(new AggregateError(refused)), messages.join(': '))
  t.end()
})

await t.test('reasonOf() takes only the reason from an OpenSSL error', (t) => {
  const reason = 'wrong version number'
  const message = `80BC2BB5AB7F0000:error:0A00010B:SSL routines:ssl3_get_record:${reason}:../deps/openssl/x.c:350:\n`
  const error = Object.assign(new Error(message), { library: 'SSL routines', reason })
  t.equal(reasonOf(error), reason)
  t.equal(reasonOf(new Error('no TLS', { cause: error })), `no TLS: ${reason}`)
  const otherFields = [{ reason: 'r' }, { library: 5, reason: 'r' }, { library: 'l' }, { library: 'l', reason: 5 }]
  for (const fields of otherFields) t.equal(reasonOf(Object.assign(new Error('m'), fields)), 'm')
  t.end()
})

await t.test('reasonOf() keeps only the reason of an OpenSSL message in any text', (t) => {
  const path = '../deps/openssl/openssl/ssl/statem/statem_clnt.c:1889:'
  const code = 'C0C7A3B1:error:0A000086:SSL routines:tls_post_process_server_certificate'
  const cases = {
    [`${code}:certificate verify failed:${path}`]: 'certificate verify failed',
    [`no TLS: ${code}:certificate verify failed:${path}\n`]: 'no TLS: certificate verify failed',
    'error:0A00010B:SSL routines::wrong version number': 'wrong version number',
    'error:0A000410:SSL routines::handshake failure:../ssl/x.c:1590:SSL alert number 40': 'handshake failure',
    'syntax error:1 near x': 'syntax error:1 near x'
  }
  for (const [message, reason] of Object.entries(cases)) {
    t.equal(reasonOf(new Error(message)), reason)
    t.equal(reasonOf(message), reason)
    t.equal(reasonOf(new Error('outer', { cause: { message, cause: message } })), `outer: ${reason}`)
  }
  t.end()
})

await t.test('reasonOf() and describe() redact before they truncate', (t) => {
  const secret = `${'e'.repeat(965)} postgres://admin:hunter2hunter2hunter2hunter2@db/x`
  t.notMatch(reasonOf(new Error(secret)), /hunter2/)
  t.equal(reasonOf('x'.repeat(5_000)), `${'x'.repeat(1_000)}…`)
  t.equal(reasonOf(`password="${'x'.repeat(10_000_000)}`), 'password="[REDACTED]"…')
  t.equal(describe('https://u:hunter2@host:99999/'), 'the string "https://[REDACTED]@host:99999/"')
  t.end()
})

await t.test('reasonOf() describes a thrown value that is not an error', (t) => {
  t.equal(reasonOf(undefined), 'threw undefined')
  t.equal(reasonOf(''), 'threw the string ""')
  t.equal(reasonOf({ code: 1 }), 'threw an object')
  t.end()
})

await t.test('reasonOf() does not throw if the error throws', (t) => {
  const hostile = Object.defineProperty(new Error('x'), 'message', { get () { throw new Error('no') } })
  t.equal(reasonOf(hostile), 'threw a value that cannot be read')
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  t.equal(reasonOf(proxy), 'threw a value that cannot be read')
  for (const name of [5, Symbol('s'), {}]) t.type(reasonOf(Object.assign(new Error(''), { name })), 'string')
  t.equal(reasonOf(Object.assign(new Error('x'), { message: 5 })), 'the number 5')
  t.end()
})

await t.test('reasonOf() returns the message of an error of another realm, and of an object with a message', (t) => {
  const foreign: unknown = runInNewContext(
    'new AggregateError([new Error("no route")], "all failed", { cause: { message: "x" } })'
  )
  t.equal(reasonOf(foreign), 'all failed: no route: x')
  t.equal(reasonOf({ message: 'connect ECONNREFUSED' }), 'connect ECONNREFUSED')
  t.equal(reasonOf(new DOMException('the operation was aborted', 'AbortError')), 'the operation was aborted')
  t.end()
})

await t.test('reasonOf() adds the causes of causes, as texts too', (t) => {
  const addresses = ['::1:1', '127.0.0.1:1']
  const refused = new AggregateError(addresses.map((address) => new Error(`connect ECONNREFUSED ${address}`)))
  t.equal(reasonOf(new TypeError('fetch failed', { cause: refused })),
    'fetch failed: connect ECONNREFUSED ::1:1: connect ECONNREFUSED 127.0.0.1:1')
  t.equal(reasonOf(new Error('a', { cause: new Error('b', { cause: 'c' }) })), 'a: b: c')
  t.end()
})

await t.test('reasonOf() skips a cause whose message the error contains already', (t) => {
  const cause = new Error('ECONNREFUSED')
  t.equal(reasonOf(new Error('query failed: ECONNREFUSED', { cause })), 'query failed: ECONNREFUSED')
  t.end()
})

await t.test('reasonOf() ends for a cycle of causes, and for very many causes', (t) => {
  const cycle = new Error('a')
  cycle.cause = cycle
  t.equal(reasonOf(cycle), 'a')
  const many = new AggregateError(Array.from({ length: 1e5 }, (_, at) => new Error(`e${at}`)), 'all')
  t.equal(reasonOf(many), 'all: e0: e1: e2: e3: e4: e5: e6: e7: e8')
  t.end()
})

await t.test('reasonOf() keeps the message when a cause cannot be read', (t) => {
  t.equal(reasonOf(Object.defineProperty(new Error('a'), 'cause', { get () { throw new Error('no') } })), 'a')
  t.end()
})

await t.test('reasonOf() returns the code of an error without a message, otherwise its name', (t) => {
  t.equal(reasonOf(Object.assign(new Error(''), { code: 'ECONNRESET' })), 'ECONNRESET')
  t.equal(reasonOf(Object.assign(new RangeError(''), { code: 5 })), 'RangeError')
  t.equal(reasonOf({ message: '' }), 'undefined')
  t.end()
})

await t.test('describe() does not convert a huge bigint', (t) => {
  t.equal(describe(10n ** 99n), `the bigint 1${'0'.repeat(59)}…n`)
  t.equal(describe(-(10n ** 200_000n)), 'a bigint of more than 100 digits')
  t.end()
})

await t.test('reasonOf() reads 4,000 characters of each message', (t) => {
  const message = `${'password=abcdef '.repeat(500)}after`
  const reason = reasonOf(new Error(message, { cause: new Error(`${'x'.repeat(1e7)} cause`) }))
  t.equal(reasonOf(message).length, reasonOf(new Error(message)).length)
  t.notMatch(reason, /abcdef|after|cause/)
  t.ok(reason.length <= 1_001)
  t.end()
})
