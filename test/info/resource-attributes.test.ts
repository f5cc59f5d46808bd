import t from 'tap'
import { resourceAttributes } from '../../lib/info/resource-attributes.js'

const parse = (value: string) => resourceAttributes({ OTEL_RESOURCE_ATTRIBUTES: value })

await t.test('resourceAttributes() discards the whole variable when it is malformed', (t) => {
  for (const value of ['a=b,c', 'a=b,=c', 'a=b,c=%zz', 'a=b,%zz=c', 'a=b,c=d=e', 'a=b, =c']) {
    t.same(parse(value), {}, value)
  }
  t.end()
})

await t.test('resourceAttributes() returns no attributes when the variable is unset or empty', (t) => {
  t.same(resourceAttributes({}), {})
  t.same(parse('  '), {})
  t.end()
})

await t.test('resourceAttributes() trims and percent-decodes attributes', (t) => {
  t.same(parse(' a = b , team%20name=a%2Cb%3Dc%C3%A9 ,'), { a: 'b', 'team name': 'a,b=cé' })
  t.end()
})

await t.test('resourceAttributes() accepts an empty value and takes the last value of a repeated key', (t) => {
  t.same(parse('a=,b=1,b=2'), { a: '', b: '2' })
  t.end()
})

await t.test('resourceAttributes() takes __proto__ as a normal attribute', (t) => {
  t.same(Object.entries(parse('__proto__=x')), [['__proto__', 'x']])
  t.end()
})

await t.test('resourceAttributes() redacts attributes with secret names', (t) => {
  t.same(parse('api.key=x,dbPassword=y,keyboard=z'), {
    'api.key': '[REDACTED]', dbPassword: '[REDACTED]', keyboard: 'z'
  })
  t.end()
})
