import t from 'tap'
import { resourceAttributes } from '../../lib/info/resource-attributes.js'

const parse = (value: string) => resourceAttributes({ OTEL_RESOURCE_ATTRIBUTES: value })

await t.test('a malformed value discards the whole variable', (t) => {
  for (const value of ['a=b,c', 'a=b,=c', 'a=b,c=%zz', 'a=b,%zz=c', 'a=b,c=d=e', 'a=b, =c']) t.same(parse(value), {}, value)
  t.end()
})

await t.test('an unset or empty variable gives nothing', (t) => {
  t.same(resourceAttributes({}), {})
  t.same(parse('  '), {})
  t.end()
})

await t.test('attributes are trimmed and percent-decoded', (t) => {
  t.same(parse(' a = b , team%20name=a%2Cb%3Dc%C3%A9 ,'), { a: 'b', 'team name': 'a,b=cé' })
  t.end()
})

await t.test('an attribute may be empty, and the last of two counts', (t) => {
  t.same(parse('a=,b=1,b=2'), { a: '', b: '2' })
  t.end()
})

await t.test('an attribute named __proto__ is one like any other', (t) => {
  t.same(Object.entries(parse('__proto__=x')), [['__proto__', 'x']])
  t.end()
})

await t.test('attributes with a secret name are hidden', (t) => {
  t.same(parse('api.key=x,dbPassword=y,keyboard=z'), { 'api.key': '[REDACTED]', dbPassword: '[REDACTED]', keyboard: 'z' })
  t.end()
})
