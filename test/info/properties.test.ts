import t from 'tap'
import { parseProperties } from '../../lib/info/properties.js'

const parse = (text: string) => Object.fromEntries(parseProperties(text))

await t.test('parseProperties() ignores comments and blank lines', (t) => {
  t.same(parse('# a=b\n  ! c=d\n\n \t\n'), {})
  t.end()
})

await t.test('parseProperties() ends a key at an equals sign, a colon or white space', (t) => {
  t.same(parse('a=1\nb:2\nc 3\n d = 4\ne : 5\nf=\ng\nh==6'), {
    a: '1', b: '2', c: '3', d: '4', e: '5', f: '', g: '', h: '=6'
  })
  t.end()
})

await t.test('parseProperties() accepts the line ends of all systems', (t) => {
  t.same(parse('a=1\r\nb=2\rc=3\n'), { a: '1', b: '2', c: '3' })
  t.end()
})

await t.test('parseProperties() replaces each escape by its character', (t) => {
  t.same(parse('a\\ b\\:c\\=d=\\u00e9\\t\\n\\r\\f\\\\\\q\\:\\='), { 'a b:c=d': 'é\t\n\r\f\\q:=' })
  t.same(parse('a=\\u12'), { a: 'u12' }, 'an incomplete code is read as a letter')
  t.end()
})

await t.test('parseProperties() joins a line that ends with a backslash with the next line', (t) => {
  t.same(parse('a=1\\\n   2\\\n#3\nb=c\\\\\nd=e\\'), { a: '12#3', b: 'c\\', d: 'e' })
  t.end()
})

await t.test('parseProperties() takes the last value of a repeated key, and __proto__ as a normal key', (t) => {
  t.same([...parseProperties('a=1\na=2\n__proto__=x')], [['a', '2'], ['__proto__', 'x']])
  t.end()
})
