import t from 'tap'
import { SCHEMAS } from '../../lib/routes/schemas.js'
import { sharedSchemas } from '../../lib/routes/shared-schemas.js'

const PATH = '#/components/schemas/'

await t.test('sharedSchemas() adds a schema, and the schemas that it refers to, at the first use', (t) => {
  const document: Record<string, object> = {}
  const to = sharedSchemas(SCHEMAS, document, PATH)
  t.same(document, {})
  t.same(to('Health'), { $ref: `${PATH}ManagementHealth` })
  t.same(Object.keys(document).sort(), ['ManagementComponent', 'ManagementHealth'])
  t.match(document['ManagementComponent'], {
    properties: { components: { additionalProperties: { $ref: `${PATH}ManagementComponent` } } }
  })
  t.end()
})

await t.test('sharedSchemas() uses the schemas that another instance has added', (t) => {
  const document: Record<string, object> = {}
  sharedSchemas(SCHEMAS, document, PATH)('Health')
  const added = document['ManagementHealth']
  t.same(sharedSchemas(SCHEMAS, document, PATH)('Health'), { $ref: `${PATH}ManagementHealth` })
  t.equal(document['ManagementHealth'], added)
  t.end()
})

await t.test('sharedSchemas() adds a number to all names if the app has one of them', (t) => {
  const own = { type: 'string' }
  const document: Record<string, object> = { ManagementComponent: own, ManagementInfo2: own }
  t.same(sharedSchemas(SCHEMAS, document, PATH)('Health'), { $ref: `${PATH}ManagementHealth3` })
  t.match(document['ManagementHealth3'], {
    properties: { components: { additionalProperties: { $ref: `${PATH}ManagementComponent3` } } }
  })
  t.equal(document['ManagementComponent'], own)
  t.end()
})
