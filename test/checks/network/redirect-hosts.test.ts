import t from 'tap'
import { http } from '../../../lib/checks/network/http.js'
import { redirectHosts } from '../../../lib/checks/network/redirect-hosts.js'

await t.test('redirectHosts gives host names as URLs have them', (t) => {
  const cases = [
    ['login.example.com', 'login.example.com'],
    ['LOGIN.Example', 'login.example'], ['münchen.de', 'xn--mnchen-3ya.de'],
    ['my_service', 'my_service'], ['10.0.0.1', '10.0.0.1'],
    ['127.1', '127.0.0.1'], ['::1', '[::1]'], ['[0::1]', '[::1]']
  ] as const
  t.same(redirectHosts(cases.map(([given]) => given), 'x'), cases.map(([, expected]) => expected))
  t.same(redirectHosts([], 'x'), [])
  t.end()
})

await t.test('redirectHosts refuses anything but host names, with the value and the remedy', (t) => {
  const wrong: readonly unknown[] = [
    '', ' ', '*',
    '*.example.com', 'https://login.example.com', 'login.example.com:443', 'login.example.com/', '[::1]:80',
    'user@login.example.com', 'a b', 'a\n', 'a?b', 'a#b', 'a\\b', 'a%2eb', '[]',
    '[a]', '[::1', '1.2.3.4.5', 'a|b', 'a\u0000',
    5, null, undefined, ['a'], /a/, new URL('http://a')
  ]
  for (const value of wrong) {
    t.throws(() => http('http://h', { redirectHosts: ['ok', value] as string[] }), {
      code: 'FST_MANAGEMENT_OPTION_INVALID',
      message: /^option "http\.redirectHosts\[1\]" must be a host name .* without scheme, port, .*"login.example.com", got /
    }, String(value))
  }
  for (const value of ['login.example.com', {}, null]) {
    t.throws(() => http('http://h', { redirectHosts: value as unknown as string[] }), {
      message: /^option "http\.redirectHosts" must be an array, got /
    })
  }
  t.throws(() => http('http://h', { redirectHost: ['a'] } as object), { message: /did you mean "redirectHosts"\?/ })
  t.end()
})
