import t from 'tap'
import { describeIn } from '../../lib/routes/openapi.js'
import { jsonAnswer, routeSchema } from '../../lib/routes/operation.js'

const operation = {
  id: 'Component',
  path: '/health/*',
  summary: 'Health of one check',
  description: 'Runs one check.',
  responses: { 200: jsonAnswer('UP', 'Component') }
}

const INPUT = { schema: routeSchema(operation), url: '/z/health/*', route: { method: 'GET' } }

await t.test('a transform without a document keeps the schema and names the parameter of the URL', (t) => {
  for (const input of [INPUT, { ...INPUT, openapiObject: {} }, { ...INPUT, openapiObject: { components: {} } }]) {
    t.same(describeIn(operation)(input), { schema: INPUT.schema, url: '/z/health/:name' })
  }
  t.end()
})

await t.test('a transform of a document adds its schemas when the document reads the answers', (t) => {
  const schemas = {}
  const { schema } = describeIn(operation)({ ...INPUT, openapiObject: { components: { schemas } } })
  t.same(Object.keys(schemas), [])
  t.match(schema.response, { 200: { content: { 'application/json': { schema: { $ref: /ManagementComponent$/ } } } } })
  t.same(Object.keys(schemas), ['ManagementComponent'])
  t.end()
})
