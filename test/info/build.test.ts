import t from 'tap'
import { buildSection } from '../../lib/info/build.js'

await t.test('buildSection() returns no section without a package and variables', (t) => {
  t.equal(buildSection(undefined, {}), undefined)
  const env = { BUILD_: 'x', BUILD_TIME: ' ', BUILDKITE: 'x', REBUILD_TIME: 'x', BUILD_GONE: undefined }
  t.equal(buildSection(undefined, env), undefined)
  t.end()
})

await t.test('buildSection() takes the name and version from the package', (t) => {
  t.same(buildSection({ name: 'app', version: '1.0.0' }, {}), { name: 'app', version: '1.0.0' })
  t.same(buildSection({ name: 'app' }, {}), { name: 'app' })
  t.end()
})

await t.test('buildSection() adds variables under camelCase keys, and they replace the package data', (t) => {
  const env = { BUILD_TIME: 'now', BUILD_JOB_NAME: 'nightly', BUILD__NUMBER_: '7', BUILD_VERSION: '2.0.0' }
  t.same(buildSection({ name: 'app', version: '1.0.0' }, env), {
    name: 'app', version: '2.0.0', time: 'now', jobName: 'nightly', number: '7'
  })
  t.end()
})

await t.test('buildSection() redacts the values of secret names', (t) => {
  t.same(buildSection(undefined, { BUILD_API_TOKEN: 'x', BUILD_URL: 'https://u:p@ci/1' }), {
    apiToken: '[REDACTED]', url: 'https://u:p@ci/1'
  })
  t.end()
})
