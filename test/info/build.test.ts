import t from 'tap'
import { buildSection } from '../../lib/info/build.js'

await t.test('without a package and variables there is no section', (t) => {
  t.equal(buildSection(undefined, {}), undefined)
  t.equal(buildSection(undefined, { BUILD_: 'x', BUILD_TIME: ' ', BUILDKITE: 'x', REBUILD_TIME: 'x', BUILD_GONE: undefined }), undefined)
  t.end()
})

await t.test('the package tells name and version', (t) => {
  t.same(buildSection({ name: 'app', version: '1.0.0' }, {}), { name: 'app', version: '1.0.0' })
  t.same(buildSection({ name: 'app' }, {}), { name: 'app' })
  t.end()
})

await t.test('variables become keys in camelCase and win', (t) => {
  const env = { BUILD_TIME: 'now', BUILD_JOB_NAME: 'nightly', BUILD__NUMBER_: '7', BUILD_VERSION: '2.0.0' }
  t.same(buildSection({ name: 'app', version: '1.0.0' }, env), { name: 'app', version: '2.0.0', time: 'now', jobName: 'nightly', number: '7' })
  t.end()
})

await t.test('secrets are hidden', (t) => {
  t.same(buildSection(undefined, { BUILD_API_TOKEN: 'x', BUILD_URL: 'https://u:p@ci/1' }), {
    apiToken: '[REDACTED]', url: 'https://[REDACTED]@ci/1'
  })
  t.end()
})
