import t from 'tap'
import { makeProject, ownVersionOf, pack, temporaryFolder } from '../support/packaging/project.js'
import { testBundlers } from './bundlers.js'
import { testCommand } from './command.js'
import { testCompilers } from './compilers.js'
import { testDependencies } from './dependencies.js'
import { testNest } from './nest.js'
import { testOtherRuntimes } from './other-runtimes.js'
import { testImportHooks } from './import-hooks.js'
import { testRunners } from './runners.js'
import { testRuntime } from './runtime.js'
import { testSchemathesis } from './schemathesis.js'
import { testTarball } from './tarball.js'
import { testTypes } from './types.js'

// All packaging tests are in one file, because packing builds dist/, and two builds at a time would disturb each other.
t.setTimeout(1_800_000)

await t.test('the package', async (t) => {
  const folder = await temporaryFolder()
  t.teardown(folder.remove)
  const packed = await pack(folder.path)
  const project = await makeProject(folder.path, [packed.tarball, await ownVersionOf('fastify')])

  await t.test('the tarball', async (t) => await testTarball(t, packed, project))
  await t.test('the dependencies', async (t) => await testDependencies(t, project))
  await t.test('the command', async (t) => await testCommand(t, project))
  await t.test('JavaScript consumers', async (t) => await testRuntime(t, packed, project))
  await t.test('other runtimes', async (t) => await testOtherRuntimes(t, project))
  await t.test('the page about Nest', async (t) => await testNest(t, packed))
  await t.test('test runners', async (t) => await testRunners(t, packed.tarball, project))
  await t.test('bundlers', async (t) => await testBundlers(t, packed.tarball, project))
  await t.test('import hooks', async (t) => await testImportHooks(t, packed.tarball))
  await t.test('Schemathesis', async (t) => await testSchemathesis(t, project))
  await t.test('TypeScript consumers', async (t) => await testTypes(t, project))
  await t.test('TypeScript compilers', async (t) => await testCompilers(t, project))
})
