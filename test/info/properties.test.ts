import t from 'tap'
import { parseProperties } from '../../lib/info/properties.js'

const parse = (text: string) => Object.fromEntries(parseProperties(text))

await t.test('comments and blank lines are no properties', (t) => {
  t.same(parse('# a=b\n  ! c=d\n\n \t\n'), {})
  t.end()
})

await t.test('a key ends at an equals sign, a colon or white space', (t) => {
  t.same(parse('a=1\nb:2\nc 3\n d = 4\ne : 5\nf=\ng\nh==6'), { a: '1', b: '2', c: '3', d: '4', e: '5', f: '', g: '', h: '=6' })
  t.end()
})

await t.test('lines may end as on any system', (t) => {
  t.same(parse('a=1\r\nb=2\rc=3\n'), { a: '1', b: '2', c: '3' })
  t.end()
})

await t.test('escapes stand for what they escape', (t) => {
  t.same(parse('a\\ b\\:c\\=d=\\u00e9\\t\\n\\r\\f\\\\\\q\\:\\='), { 'a b:c=d': 'é\t\n\r\f\\q:=' })
  t.same(parse('a=\\u12'), { a: 'u12' }, 'half a code is a letter')
  t.end()
})

await t.test('a line that ends in a backslash goes on in the next', (t) => {
  t.same(parse('a=1\\\n   2\\\n#3\nb=c\\\\\nd=e\\'), { a: '12#3', b: 'c\\', d: 'e' })
  t.end()
})

await t.test('the last of two counts, and __proto__ is a key like any other', (t) => {
  t.same([...parseProperties('a=1\na=2\n__proto__=x')], [['a', '2'], ['__proto__', 'x']])
  t.end()
})
