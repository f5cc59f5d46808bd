import { PassThrough } from 'node:stream'
import t from 'tap'
import { assertHttpRedirect, assertKnownHost, locationIn, redirectTarget } from '../../lib/probe/redirect.js'

const FROM = new URL('http://users.example:8080/z/health?a=b')

function locationOf (statusCode: number, location?: string): string | undefined {
  const headers = { ...(location !== undefined && { location }) }
  return locationIn({ statusCode, headers, body: new PassThrough(), bytesReceived: () => 0 })
}

await t.test('locationIn() returns the location of redirects only', (t) => {
  for (const status of [301, 302, 303, 307, 308]) t.equal(locationOf(status, '/a'), '/a', String(status))
  for (const status of [200, 201, 300, 304, 305, 306, 399, 401, 503]) t.equal(locationOf(status, '/a'), undefined)
  t.equal(locationOf(302), undefined)
  t.equal(locationOf(302, ''), undefined)
  t.end()
})

await t.test('redirectTarget() resolves a location like a browser, without its user name and password', (t) => {
  const cases = [
    ['/live', 'http://users.example:8080/live'],
    ['?c', 'http://users.example:8080/z/health?c'],
    ['../../../etc/passwd', 'http://users.example:8080/etc/passwd'],
    ['//u:p@other/x', 'http://other/x'],
    ['http://u:p@users.example:8080/', 'http://users.example:8080/'],
    ['http:\\\\users.example\\x', 'http://users.example/x'],
    ['http://users.example\\@other/', 'http://users.example/@other/'],
    ['HTTPS://USERS.example', 'https://users.example/'],
    ['ftp://u:p@host/etc', 'ftp://host/etc']
  ]
  for (const [location = '', target] of cases) t.equal(redirectTarget(location, FROM).href, target, location)
  t.end()
})

await t.test('redirectTarget() throws for an invalid URL and does not show it', (t) => {
  const invalid = ['http://', '//u:hidden@host:99999/', 'https://[::hidden]', 'http://a b/', 'http://h%00/', '//\u0080/']
  for (const location of invalid) {
    t.throws(() => redirectTarget(location, FROM), { message: 'redirected to an invalid URL' }, location)
  }
  t.end()
})

await t.test('assertHttpRedirect() throws for another scheme, and for a redirect from https to http', (t) => {
  const assert = (target: string, from: string): void => assertHttpRedirect(new URL(target), new URL(from))
  for (const scheme of ['ftp:', 'file:', 'data:', 'javascript:', 'blob:', 'ws:', 'about:', 'gopher:', 'view-source:']) {
    t.throws(() => assert(`${scheme}//h/`, 'http://h/'), { message: new RegExp(`that begins with ${scheme},`) })
  }
  t.throws(() => assert('https-is-not-this://h', 'https://h'), { message: /begins with https-is-not-this:/ })
  t.throws(() => assert('http://h/', 'https://h/'), { message: /from https to http/ })
  t.throws(() => assert(`${'x'.repeat(5_000)}:`, 'http://h/'), { message: /^.{1,200}$/ })
  for (const [from, to] of [['http', 'http'], ['http', 'https'], ['https', 'https']]) {
    t.doesNotThrow(() => assert(`${to}://h/`, `${from}://h/`))
  }
  t.end()
})

await t.test('assertKnownHost() compares hosts as URLs have them', (t) => {
  const assert = (location: string, host: string): void => {
    assertKnownHost(redirectTarget(location, FROM), [new URL(`http://${host}`).hostname])
  }
  const same = [
    ['127.0.0.1', '//127.1/'],
    ['127.0.0.1', '//0x7f.1/'], ['127.0.0.1', '//2130706433/'], ['127.0.0.1', '//127.0.0.1./'],
    ['[::1]', '//[0:0:0::1]:80/'], ['shop.example', '//SHOP.Example/'],
    ['münchen.example', '//xn--mnchen-3ya.example/'],
    ['shop.example', '//sho%70.example/'], ['shop.example', '//x@shop.example:1/']
  ] as const
  for (const [host, location] of same) t.doesNotThrow(() => assert(location, host), location)
  const others = [
    ['127.0.0.1', '//localhost/'], ['127.0.0.1', '//127.0.0.2/'], ['127.0.0.1', '//[::ffff:127.0.0.1]/'],
    ['[::1]', '//[::]/'], ['shop.example', '//shop.example.evil.example/'], ['shop.example', '//a.shop.example/'],
    ['shop.example', '//shop.example./'], ['shop.example', '//shop.example@evil.example/'],
    ['shop.example', '//evil.example#shop.example'], ['shop.example', '//evil.example\\shop.example']
  ] as const
  for (const [host, location] of others) t.throws(() => assert(location, host), /redirected to another host: /, location)
  t.throws(() => assert(`//${'a'.repeat(5_000)}/`, 'h'), { message: /^.{1,200}$/ })
  t.end()
})
