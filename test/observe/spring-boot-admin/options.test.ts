import t from 'tap'
import { readAdminOptions } from '../../../lib/observe/spring-boot-admin/options.js'
import type { AdminSettings } from '../../../lib/observe/spring-boot-admin/options.js'

const URL_OF_SERVER = 'http://admin:8080'

function read (options: object): AdminSettings {
  return readAdminOptions({ url: URL_OF_SERVER, ...options }, (unknown) => { throw new Error(unknown.join(', ')) })
}

function basic (login: string): string {
  return `Basic ${Buffer.from(login).toString('base64')}`
}

await t.test('the options have the defaults of the Java client', (t) => {
  const { targets, ...settings } = read({})
  t.same(settings, {
    name: undefined,
    metadata: {},
    serviceBaseUrl: undefined,
    managementBaseUrl: undefined,
    healthPath: '/health',
    interval: 10_000,
    timeout: 5_000
  })
  t.same(targets, [{ url: new URL('http://admin:8080/instances'), headers: {} }])
  t.end()
})

await t.test('url accepts several servers, paths, slashes, queries and URL objects', (t) => {
  const { targets } = read({ url: ['http://a/', new URL('https://b:9/x/'), 'http://c?k=v#fragment'] })
  t.same(targets.map(({ url }) => url.href), [
    'http://a/instances', 'https://b:9/x/instances', 'http://c/instances?k=v'
  ])
  t.end()
})

await t.test('the credentials of a URL, of username and password, and of headers become a header', (t) => {
  const headersOf = (options: object): unknown[] => read(options).targets.map(({ headers }) => headers)
  t.same(headersOf({ url: 'http://a%40b:p%25@admin' }), [{ authorization: basic('a@b:p%') }])
  t.same(headersOf({ username: 'a@b', password: 'p%41:/?' }), [{ authorization: basic('a@b:p%41:/?') }])
  t.same(headersOf({ headers: { 'X-Token': 't' } }), [{ 'x-token': 't' }])
  t.end()
})

await t.test('the credentials of a URL win over username and password, and headers win over both', (t) => {
  const login = { username: 'u', password: 'p' }
  const headersOf = (options: object): unknown[] => read({ ...login, ...options }).targets.map(({ headers }) => headers)
  t.same(headersOf({ url: ['http://a:b@admin', 'http://other'] }), [
    { authorization: basic('a:b') }, { authorization: basic('u:p') }
  ])
  t.same(headersOf({ url: 'http://a:b@admin', headers: { Authorization: 'Bearer t' } }), [{ authorization: 'Bearer t' }])
  t.end()
})

await t.test('the address of a server contains no credentials', (t) => {
  t.equal(read({ url: 'http://a:b@admin' }).targets[0]?.url.href, 'http://admin/instances')
  t.end()
})

await t.test('base URLs lose their last slash', (t) => {
  const { serviceBaseUrl, managementBaseUrl } =
    read({ serviceBaseUrl: 'https://shop.example.com/', managementBaseUrl: new URL('http://10.0.0.1:9000/m/') })
  t.same([serviceBaseUrl, managementBaseUrl], ['https://shop.example.com', 'http://10.0.0.1:9000/m'])
  t.end()
})

await t.test('readAdminOptions() reports unknown options, but no options of register() and autoload', (t) => {
  const unknown: string[] = []
  readAdminOptions({ url: URL_OF_SERVER, prefix: '/x', encapsulate: true, other: 1, more: 2 },
    (names) => unknown.push(...names))
  t.same(unknown, ['other', 'more'])
  t.end()
})

/** Wrong options, and the end of the message. */
const WRONG: readonly (readonly [options: object, message: RegExp])[] = [
  [{ url: undefined }, /option "springBootAdmin\.url" must be an http:\/\/ or https:\/\/ URL, got undefined/],
  [{ url: [] }, /"springBootAdmin\.url" must be an array that is not empty, got an array of 0/],
  [{ url: ['http://a', 5] }, /"springBootAdmin\.url\[1\]" must be an http:\/\/ or https:\/\/ URL, got the number 5/],
  [{ url: 'ftp://a:hunter2@b' }, /"springBootAdmin\.url" must be an http:\/\/ or https:\/\/ URL/],
  [{ url: 'admin:8080' }, /got the string "admin:8080"/],
  [{ url: ['http://a:b@admin', 'http://ADMIN/'] }, /must be an array with each server once, got the string "http:\/\/admin\/instances" twice/],
  [{ url: 'http://admin/instances/' }, /must be the URL of the server without \/instances, which is added, got the/],
  [{ intervall: 5 }, /unknown option "springBootAdmin\.intervall" \(did you mean "interval"\?\)/],
  [{ user: 'u' }, /unknown option "springBootAdmin\.user" \(did you mean "username"\?\)/],
  [{ username: 'u' }, /"springBootAdmin\.password" must be a string together with "username", got undefined/],
  [{ password: 'hunter2' }, /"springBootAdmin\.username" must be a string together with "password", got undefined/],
  [{ username: 'u', password: '' }, /"springBootAdmin\.password" must be a string that is not empty, got a value of/],
  [{ username: 'u', password: 815 }, /"springBootAdmin\.password" must be .* got a value of the type number/],
  [{ headers: { a: 'hunter2\n' } }, /"springBootAdmin\.headers" must be an object with valid names and values/],
  [{ name: '' }, /"springBootAdmin\.name" must be a string that is not empty/],
  [{ metadata: { 'user.password': 815 } }, /"springBootAdmin\.metadata\.user\.password" must be a string, got a value/],
  [{ metadata: [] }, /"springBootAdmin\.metadata" must be an object, got an array of 0/],
  [{ serviceBaseUrl: 'shop' }, /"springBootAdmin\.serviceBaseUrl" must be an http:\/\/ or https:\/\/ URL/],
  [{ managementBaseUrl: 'http://a:hunter2@b' }, /"springBootAdmin\.managementBaseUrl" must be a URL without user name/],
  [{ managementBaseUrl: 'http://hunter2@b' }, /must be a URL without user name, password and query/],
  [{ serviceBaseUrl: 'http://b?a=hunter2' }, /must be a URL without user name, password and query/],
  [{ healthPath: '/health?x' }, /"springBootAdmin\.healthPath" must be a path/],
  [{ interval: 0 }, /"springBootAdmin\.interval" must be a whole number of milliseconds from 1 to/],
  [{ timeout: '5' }, /"springBootAdmin\.timeout" must be a whole number of milliseconds/]
]

for (const [options, message] of WRONG) {
  await t.test(`readAdminOptions() refuses ${JSON.stringify(options).slice(0, 60)} without a secret`, (t) => {
    const error = thrownBy(options)
    t.match(error, { code: 'FST_MANAGEMENT_OPTION_INVALID', message })
    t.notMatch(error.message, /hunter2|815/)
    t.end()
  })
}

await t.test('readAdminOptions() refuses options that are no object', (t) => {
  t.throws(() => readAdminOptions('http://admin', () => undefined), { code: 'FST_MANAGEMENT_OPTION_INVALID' })
  t.end()
})

function thrownBy (options: object): Error {
  try {
    read(options)
  } catch (error) {
    if (error instanceof Error) return error
  }
  return new Error('nothing was thrown')
}
