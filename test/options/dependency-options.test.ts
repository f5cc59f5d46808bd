import t from 'tap'
import { CHECK_OPTIONS, readOptions } from '../support/options.js'

const NO_OPTIONS = { urls: new Map(), headers: {}, tls: undefined, options: {} }

await t.test('serviceDependencies gives each service with its name, address, headers and options', (t) => {
  const serviceDependencies = { a: 'a', b: { url: 'b', timeout: 100, headers: { 'X-Key': 'k' } } }
  t.same(readOptions({ serviceDependencies }).settings.serviceDependencies, [
    { ...NO_OPTIONS, name: 'a', address: 'a' },
    { ...NO_OPTIONS, name: 'b', address: 'b', headers: { 'x-key': 'k' }, options: { timeout: 100 } }
  ])
  t.end()
})

await t.test('serviceDependencies accepts every option of a check', (t) => {
  const serviceDependencies = { users: { url: 'u', ...CHECK_OPTIONS } }
  t.same(readOptions({ serviceDependencies }).settings.serviceDependencies, [
    { ...NO_OPTIONS, name: 'users', address: 'u', options: CHECK_OPTIONS }
  ])
  t.end()
})

await t.test('the scheme is PREFERRED_URL_SCHEME, then SCHEME, then http', (t) => {
  const schemeIn = (env: Record<string, string>): string =>
    readOptions({ serviceDependencies: {} }, env).settings.scheme
  t.equal(schemeIn({ PREFERRED_URL_SCHEME: 'https', SCHEME: 'http' }), 'https')
  t.equal(schemeIn({ SCHEME: 'https' }), 'https')
  t.equal(schemeIn({ PREFERRED_URL_SCHEME: '', SCHEME: 'https' }), 'https')
  t.equal(schemeIn({}), 'http')
  t.end()
})

await t.test('a wrong scheme fails registration when there are service dependencies', (t) => {
  t.throws(() => readOptions({ serviceDependencies: {} }, { SCHEME: 'gopher' }), {
    code: 'FST_MANAGEMENT_OPTION_INVALID',
    message: 'option "SCHEME (environment)" must be one of http, https, got the string "gopher"'
  })
  t.end()
})

await t.test('a wrong scheme is ignored when there are no service dependencies', (t) => {
  t.equal(readOptions({}, { SCHEME: 'dark' }).settings.scheme, 'http')
  t.end()
})
