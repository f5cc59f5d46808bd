import t from 'tap'
import { freeOperationId, pascalCase } from '../../lib/routes/operation-id.js'

const paths = (...ids: readonly string[]): Readonly<Record<string, unknown>> => ({
  '/a': Object.fromEntries(ids.map((operationId, at) => [`method-${at}`, { operationId }])),
  '/b': { $ref: 'elsewhere.json', parameters: [] },
  '/c': 'no operations',
  '/d': { get: { summary: 'without an id' } }
})

const NAME = { name: 'managementInfo', prefix: '/admin/z', isHead: false }

await t.test('freeOperationId() returns the name if no operation has it', (t) => {
  t.equal(freeOperationId(NAME, paths('other')), 'managementInfo')
  t.equal(freeOperationId({ ...NAME, isHead: true }, paths('managementInfo')), 'managementInfo-head')
  t.end()
})

await t.test('freeOperationId() adds the prefix, then a number, if an operation has the name', (t) => {
  t.equal(freeOperationId(NAME, paths('managementInfo')), 'managementInfoAdminZ')
  t.equal(freeOperationId(NAME, paths('managementInfo', 'managementInfoAdminZ')), 'managementInfoAdminZ2')
  t.equal(
    freeOperationId(NAME, paths('managementInfo', 'managementInfoAdminZ', 'managementInfoAdminZ2')),
    'managementInfoAdminZ3'
  )
  t.end()
})

await t.test('freeOperationId() adds a number if the prefix has no words', (t) => {
  t.equal(freeOperationId({ ...NAME, prefix: '/' }, paths('managementInfo')), 'managementInfo2')
  t.end()
})

await t.test('pascalCase() joins the words of a path and of a kind', (t) => {
  t.same(['/admin/z', 'read-replica', 'a.b_c', ':id', '/é/z', ''].map(pascalCase),
    ['AdminZ', 'ReadReplica', 'ABC', 'Id', 'Z', ''])
  t.end()
})
