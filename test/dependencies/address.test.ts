import t from 'tap'
import { healthUrl } from '../../lib/dependencies/address.js'
import { superLinearGrowth } from '../support/growth.js'

const DEFAULTS = { scheme: 'http', prefix: '/z' }

function urlOf (address: unknown, kind = '', defaults = DEFAULTS): string {
  return healthUrl('users', address, kind, defaults).href
}

await t.test('healthUrl() makes the same URLs as Flask Management Endpoints', (t) => {
  t.equal(urlOf('http://localhost:9090/admin/health', 'foo'), 'http://localhost:9090/admin/health/foo')
  t.equal(urlOf('https://localhost:9090/admin/health', 'foo'), 'https://localhost:9090/admin/health/foo')
  t.equal(urlOf('localhost:8000', 'foo'), 'http://localhost:8000/z/health/foo')
  t.equal(urlOf('localhost:8000/admin', 'foo'), 'http://localhost:8000/admin/foo')
  t.equal(urlOf('localhost', 'foo'), 'http://localhost/z/health/foo')
  t.equal(urlOf('localhost', ''), 'http://localhost/z/health')
  t.throws(() => urlOf('local:://host', 'foo'), { code: 'FST_MANAGEMENT_ADDRESS_INVALID' })
  t.end()
})

await t.test('healthUrl() takes an address with a path as the health endpoint itself', (t) => {
  t.equal(urlOf('https://user-service:9922/admin/health'), 'https://user-service:9922/admin/health')
  const withSlash = 'https://user-service:9922/admin/health/'
  t.equal(urlOf(withSlash, 'readiness'), 'https://user-service:9922/admin/health/readiness')
  t.equal(urlOf('user-service/status'), 'http://user-service/status')
  t.end()
})

await t.test('healthUrl() adds the path of this instance to an address without a path', (t) => {
  const defaults = { scheme: 'https', prefix: '/api/manage' }
  t.equal(urlOf('widget-service', 'readiness', defaults), 'https://widget-service/api/manage/health/readiness')
  t.equal(urlOf('widget-service/', '', defaults), 'https://widget-service/api/manage/health')
  t.equal(urlOf('http://widget-service:80', '', defaults), 'http://widget-service/api/manage/health')
  t.equal(urlOf('widget-service', '', { scheme: 'http', prefix: '' }), 'http://widget-service/health')
  t.equal(urlOf('widget-service', '', { scheme: 'http', prefix: '/' }), 'http://widget-service/health')
  t.end()
})

await t.test('healthUrl() accepts no schemes except http:// and https://', (t) => {
  t.equal(urlOf('http-gateway'), 'http://http-gateway/z/health')
  t.equal(urlOf('https-gateway:81/x'), 'http://https-gateway:81/x')
  t.equal(urlOf('HTTPS://Users/Health'), 'https://users/Health')
  for (const address of ['ftp://users', 'file:///etc/passwd', 'javascript://x', 'ws://users']) {
    t.throws(() => urlOf(address), { code: 'FST_MANAGEMENT_ADDRESS_INVALID' }, address)
  }
  t.end()
})

await t.test('healthUrl() accepts IPv6 addresses with and without brackets', (t) => {
  t.equal(urlOf('[::1]:8080'), 'http://[::1]:8080/z/health')
  t.equal(urlOf('::1'), 'http://[::1]/z/health')
  t.equal(urlOf('fe80::1/admin', 'x'), 'http://[fe80::1]/admin/x')
  t.equal(urlOf('http://[::1]:8080/h'), 'http://[::1]:8080/h')
  t.end()
})

await t.test('healthUrl() keeps a query and drops a fragment', (t) => {
  t.equal(urlOf('http://users/health?tenant=a#top', 'readiness'), 'http://users/health/readiness?tenant=a')
  t.end()
})

await t.test('healthUrl() throws for an invalid address, and names the value received', (t) => {
  const addresses = [
    '', ' ', '/admin', '//users', 'a b', 'a\tb', 'users\\admin', 'http://', 'http:///x', 'users:port', 'users:99999',
    '?x', 'http://users\\@evil', 'http:// users', 'users\0', 'users/\x1b', 'http://users/\x9b', 'users/\u202e'
  ]
  for (const address of addresses) {
    t.throws(() => urlOf(address), { code: 'FST_MANAGEMENT_ADDRESS_INVALID' }, JSON.stringify(address))
  }
  t.throws(() => urlOf(8080), {
    code: 'FST_MANAGEMENT_ADDRESS_INVALID',
    message: 'the service dependency "users" must have an http:// or https:// URL, ' +
      'or a host with an optional port and path, got the number 8080'
  })
  t.throws(() => urlOf(undefined), { code: 'FST_MANAGEMENT_ADDRESS_INVALID' })
  t.end()
})

await t.test('healthUrl() takes linear time for a path of slashes', async (t) => {
  t.equal(await superLinearGrowth((address) => urlOf(address), (length) => `users/${'/'.repeat(length)}a`), undefined)
})
