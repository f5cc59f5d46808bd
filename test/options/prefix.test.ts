import t from 'tap'
import { assertReachable, prefix } from '../../lib/options/prefix.js'

const CODE = 'FST_MANAGEMENT_OPTION_INVALID'

await t.test('prefix accepts paths that clients request unchanged', (t) => {
  for (const [given, expected] of [
    ['/z', '/z'],
    ['z/', '/z'],
    ['//a//b//', '/a/b'],
    ['', '/'],
    ['/.well-known/z', '/.well-known/z'],
    ['/...', '/...'],
    ['/:tenant/z', '/:tenant/z'],
    ['/a::b', '/a::b'],
    ['/z.z-z_z~!$&\'+,;=:@', '/z.z-z_z~!$&\'+,;=:@'],
    ['/größe/日本', '/größe/日本'],
    [`/${'x'.repeat(999)}`, `/${'x'.repeat(999)}`]
  ] as const) t.equal(prefix(given, 'prefix'), expected, given)
  t.end()
})

await t.test('prefix throws for a path that a client changes, and names the part', (t) => {
  for (const [given, part] of [
    ['/a/../z', 'the segment ".."'],
    ['..', 'the segment ".."'],
    ['/./z', 'the segment "."'],
    ['/a\0', 'the character U+0000'],
    ['/\x1b[31m', 'the character U+001B'],
    ['/a\x7f', 'the character U+007F'],
    ['/a\x9b', 'the character U+009B'],
    ['/a\u202eb', 'the character U+202E'],
    ['/a\u200bb', 'the character U+200B'],
    ['/a\u{e0001}b', 'the character U+E0001'],
    ['/a\ud800b', 'the character U+D800'],
    ['/a b', 'the character U+0020'],
    ['/a\tb', 'the character U+0009'],
    ['/a\u00a0b', 'the character U+00A0'],
    ['/%2e%2e/z', 'the character "%"'],
    ['/%7A', 'the character "%"'],
    ['/a\\..\\z', 'the character "\\"'],
    ['/z?x', 'the character "?"'],
    ['/z#x', 'the character "#"'],
    ['/*', 'the character "*"'],
    ['/:id(x)', 'the character "("'],
    ['/x'.repeat(501), '1002 characters']
  ] as const) {
    const message = new RegExp(`must be a path .* example "/internal/z".* got the string ".*" with ${escaped(part)}$`)
    t.throws(() => prefix(given, 'prefix'), { code: CODE, message }, JSON.stringify(given.slice(0, 20)))
  }
  t.end()
})

await t.test('assertReachable() also checks the prefixes of the outer scopes', (t) => {
  for (const path of ['/v1/z', '/:id(^\\d+$)/z', '/:a-:b/z', '/a::b/z', '/a;b/z', '/(a)/z', '//a//z']) {
    t.doesNotThrow(() => assertReachable(path, false), path)
  }
  for (const path of ['/a/../z', '/%20/z', '/a b/z', '/\x1b/z', '/a\\b/z', '/:id(^\\d+$)/./z']) {
    t.throws(() => assertReachable(path, false), {
      code: CODE, message: /"prefix" must be in a scope whose prefix clients request unchanged.* change the prefix of/
    }, JSON.stringify(path))
  }
  t.throws(() => assertReachable('/a;b/z', true), { code: CODE, message: /with the character ";"$/ })
  t.doesNotThrow(() => assertReachable('/a/z', true))
  t.end()
})

function escaped (text: string): string {
  return text.replace(/[\\.?*(+]/g, '\\$&')
}
