import t from 'tap'
import { healthUrl } from '../../lib/dependencies/address.js'

const DEFAULTS = { scheme: 'http', prefix: '/z' }

function urlOf (address: unknown, check = '', defaults = DEFAULTS): string {
  return healthUrl('users', address, check, defaults).href
}

await t.test('the addresses of Flask Management Endpoints make the same URLs', (t) => {
  t.equal(urlOf('http://localhost:9090/admin/health', 'foo'), 'http://localhost:9090/admin/health/foo')
  t.equal(urlOf('https://localhost:9090/admin/health', 'foo'), 'https://localhost:9090/admin/health/foo')
  t.equal(urlOf('localhost:8000', 'foo'), 'http://localhost:8000/z/health/foo')
  t.equal(urlOf('localhost:8000/admin', 'foo'), 'http://localhost:8000/admin/foo')
  t.equal(urlOf('localhost', 'foo'), 'http://localhost/z/health/foo')
  t.equal(urlOf('localhost', ''), 'http://localhost/z/health')
  t.throws(() => urlOf('local:://host', 'foo'), { code: 'FST_MANAGEMENT_ADDRESS_INVALID' })
  t.end()
})

await t.test('an address with a path names the health endpoint itself', (t) => {
  t.equal(urlOf('https://user-service:9922/admin/health'), 'https://user-service:9922/admin/health')
  t.equal(urlOf('https://user-service:9922/admin/health/', 'readiness'), 'https://user-service:9922/admin/health/readiness')
  t.equal(urlOf('user-service/status'), 'http://user-service/status')
  t.end()
})

await t.test('an address without a path gets the path of this instance, URL or not', (t) => {
  const defaults = { scheme: 'https', prefix: '/api/manage' }
  t.equal(urlOf('widget-service', 'readiness', defaults), 'https://widget-service/api/manage/health/readiness')
  t.equal(urlOf('widget-service/', '', defaults), 'https://widget-service/api/manage/health')
  t.equal(urlOf('http://widget-service:80', '', defaults), 'http://widget-service/api/manage/health')
  t.equal(urlOf('widget-service', '', { scheme: 'http', prefix: '' }), 'http://widget-service/health')
  t.equal(urlOf('widget-service', '', { scheme: 'http', prefix: '/' }), 'http://widget-service/health')
  t.end()
})

await t.test('only http:// and https:// make a URL', (t) => {
  t.equal(urlOf('http-gateway'), 'http://http-gateway/z/health')
  t.equal(urlOf('https-gateway:81/x'), 'http://https-gateway:81/x')
  t.equal(urlOf('HTTPS://Users/Health'), 'https://users/Health')
  for (const address of ['ftp://users', 'file:///etc/passwd', 'javascript://x', 'ws://users']) {
    t.throws(() => urlOf(address), { code: 'FST_MANAGEMENT_ADDRESS_INVALID' }, address)
  }
  t.end()
})

await t.test('IPv6 literals work, with brackets and without', (t) => {
  t.equal(urlOf('[::1]:8080'), 'http://[::1]:8080/z/health')
  t.equal(urlOf('::1'), 'http://[::1]/z/health')
  t.equal(urlOf('fe80::1/admin', 'x'), 'http://[fe80::1]/admin/x')
  t.equal(urlOf('http://[::1]:8080/h'), 'http://[::1]:8080/h')
  t.end()
})

await t.test('a query stays, a fragment goes', (t) => {
  t.equal(urlOf('http://users/health?tenant=a#top', 'readiness'), 'http://users/health/readiness?tenant=a')
  t.end()
})

await t.test('what is no address is refused with what came', (t) => {
  for (const address of ['', ' ', '/admin', '//users', 'a b', 'a\tb', 'users\\admin', 'http://', 'http:///x', 'users:port', 'users:99999', '?x', 'http://users\\@evil', 'http:// users']) {
    t.throws(() => urlOf(address), { code: 'FST_MANAGEMENT_ADDRESS_INVALID' }, JSON.stringify(address))
  }
  t.throws(() => urlOf(8080), {
    code: 'FST_MANAGEMENT_ADDRESS_INVALID',
    message: 'the service dependency "users" must have an http:// or https:// URL, or a host with an optional port and path, got the number 8080'
  })
  t.throws(() => urlOf(undefined), { code: 'FST_MANAGEMENT_ADDRESS_INVALID' })
  t.end()
})
